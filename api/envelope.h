#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "api/client.h"
#include "base/secret.h"
#include "net/http.h"

namespace plumbline::api {

/// An error repeats at most so many bytes of a server's message.
inline constexpr std::size_t kMessageCap = 500;

/// Returns copies of the secrets that a request carried. Called only if there is an error.
using CarriedSecrets = std::function<std::vector<Secret>()>;

/// Reads an answer of the API. It is a success only under a status of the operation's row, and only in one of these
/// forms: a well-formed envelope without errors that says `success: true` (or may leave it out); no body, if nobody
/// needs the result; for AnswerShape::raw, a body that is neither HTML nor JSON. Everything else is an error; HTML is
/// never an empty result. `now` is used for a Retry-After that is a date. A server may repeat what was sent to it, so
/// the `carried` secrets are removed from the error's texts.
Result<Answer> read_answer(const Operation& operation, net::HttpResponse response,
                           std::chrono::system_clock::time_point now, const CarriedSecrets& carried = {});

/// The kind of error for a 2xx that is not a valid answer. ErrorKind::server for Repeat::freely: the read is made
/// again. ErrorKind::lost_answer for all others: the write may have happened, and only a read tells.
ErrorKind kind_of_no_answer(const Operation& operation);

/// Method and path template, `PUT /accounts/{account_id}/workers/scripts/{script_name}`.
std::string endpoint_of(const Operation& operation);

/// An error of our own about a call of this operation.
Error make_error(const Operation& operation, ErrorKind kind, std::string message);

}  // namespace plumbline::api
