#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace plumbline::api {

/// Whether a call may simply be sent again when it is not known whether it had its effect.
enum class Repeat {
  freely,  ///< reads, and the uploads of assets, which leave nothing behind that a read would show
  safe,    ///< writes that end in the same state however often they run. Where a 2xx came that is no answer, the write
           ///< has most likely happened: then it is read back all the same and not repeated
  never,   ///< a repetition would act twice: resolve by reading
};

/// Under which HTTP statuses an answer is one. Every other 2xx is none: 203 and 206 are a proxy's word, and a status
/// that nobody documents says that something else happened than was asked for.
class Statuses {
 public:
  constexpr explicit Statuses(int only, int other = 0) : values_{only, other} {}
  [[nodiscard]] constexpr bool contain(int status) const { return status == values_[0] || status == values_[1]; }
  [[nodiscard]] std::vector<int> all() const;

 private:
  std::array<int, 2> values_;
};

/// Whether a 2xx without a body is an answer.
enum class EmptyBody {
  is_no_answer,  ///< the result is needed: a read is made again, a write's answer is lost
  is_success,    ///< nobody needs the result
};

/// Whether an envelope may lack `success`.
enum class SuccessMember {
  required,
  may_be_missing,  ///< the page of 2018 shows `{"result": {"id": …}}` as a whole answer; `result` must be there then
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

/// Whether an answer brings the token of an upload session, with which the session goes on.
enum class SessionToken { hidden, kept };

/// One row of the endpoint table, which drives client, metrics and `plumbline api --list`.
struct Operation {
  std::string_view name;    ///< `upload_script`
  std::string_view method;  ///< `PUT`
  std::string_view path;    ///< `/accounts/{account_id}/workers/scripts/{script_name}`
  BodyKind body;
  Repeat repeat;
  AnswerShape answer;
  Statuses statuses;
  EmptyBody empty;
  SuccessMember success;
  std::string_view source;  ///< the documentation page's name
  SessionToken token = SessionToken::hidden;
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
