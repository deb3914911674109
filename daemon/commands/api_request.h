#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/client.h"
#include "base/result.h"

namespace plumbline::daemon {

/// The words of `plumbline api OPERATION`, as they were typed. File names may be `-`: standard input.
struct ApiWords {
  std::string operation;                ///< name in the endpoint table
  std::vector<std::string> parameters;  ///< NAME=VALUE, of the path
  std::vector<std::string> query;       ///< NAME=VALUE
  std::vector<std::string> headers;     ///< NAME=VALUE
  std::optional<std::string> body;      ///< a file: JSON, or a service worker's script
  std::vector<std::string> parts;       ///< NAME=FILE or NAME=FILE;type=TYPE, of a form
  std::optional<std::string> jwt;       ///< a file with the token of an upload session
  std::optional<std::string> save_jwt;  ///< where to write such a token; the file must not exist
};

/// Returns the bytes of a file.
using FileReader = std::function<Result<std::string>(const std::string& file)>;

/// The operation with that name. The error suggests the name that was probably meant. The table is static.
Result<const api::Operation*> find_operation_named(const std::string& name);

/// The call that the words ask for. It is complete, except for the account's id if the words do not name one. An error
/// says what is wrong and how to fix it, and repeats no value.
Result<api::Call> read_call(const ApiWords& words, const FileReader& read);

/// Whether the account's id still has to be filled in.
bool wants_account_id(const api::Call& call);

}  // namespace plumbline::daemon
