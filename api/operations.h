#pragma once

#include <span>
#include <string_view>

namespace plumbline::api {

/// Whether a call whose answer was lost may simply be sent again.
enum class Repeat {
  safe,   ///< reads, and writes that end in the same state however often they run
  never,  ///< a repetition would act twice: resolve by reading
};

/// What a successful answer looks like.
enum class AnswerShape {
  envelope,  ///< {success, errors, messages, result}
  raw,       ///< the body itself (code); errors still come as an envelope
};

/// What the body of a request is.
enum class BodyKind { none, json, multipart, script };

/// One row of the endpoint table, which drives client, metrics and `plumbline api --list`.
struct Operation {
  std::string_view name;    ///< `upload_script`
  std::string_view method;  ///< `PUT`
  std::string_view path;    ///< `/accounts/{account_id}/workers/scripts/{script_name}`
  BodyKind body;
  Repeat repeat;
  AnswerShape answer;
  std::string_view source;  ///< the documentation page's name
};

/// All of them, in the order of the documentation.
std::span<const Operation> operations();

/// nullptr if there is none of that name.
const Operation* find_operation(std::string_view name);

}  // namespace plumbline::api
