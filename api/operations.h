#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace plumbline::api {

/// Whether a call whose answer was lost may simply be sent again.
enum class Repeat {
  safe,   ///< reads, and writes that end in the same state however often they run
  never,  ///< a repetition would act twice: resolve by reading
};

/// What a successful answer holds: the `result` of an envelope {success, errors, messages, result}, or the code itself.
/// Errors come as an envelope everywhere.
enum class AnswerShape {
  object,
  list,        ///< of objects, unpaginated
  pages,       ///< of objects, page by page (`page`, `per_page`)
  inner_list,  ///< an object with the list in one of its members: `{schedules: […]}`
  nothing,     ///< null, or something that says no more than the status does
  raw,         ///< no envelope: the body is the code
};

/// What the body of a request is.
enum class BodyKind {
  none,
  json,
  merge_patch,  ///< JSON in which null deletes (RFC 7396)
  multipart,
  script,  ///< the JavaScript of a service worker
};

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

/// For people: `no body`, `JSON`, …, and `object`, `list in pages`, ….
std::string_view to_string(BodyKind kind);
std::string_view to_string(AnswerShape shape);

/// The content type of such a body; empty where there is none, or where it depends on the content (multipart).
std::string_view content_type_of(BodyKind kind);

/// The names in the braces of a path template, in their order.
std::vector<std::string_view> path_parameters(const Operation& operation);

/// All of them, in the order of the documentation.
std::span<const Operation> operations();

/// nullptr if there is none of that name.
const Operation* find_operation(std::string_view name);

}  // namespace plumbline::api
