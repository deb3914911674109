#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
  merge_patch,    ///< JSON in which null deletes (RFC 7396)
  code_form,      ///< multipart: the part `metadata`, and one for each module
  settings_form,  ///< multipart: the one part `settings`
  files_form,     ///< multipart: one part for each static asset
  script,         ///< the JavaScript of a service worker
};

/// Whether an answer brings the token of an upload session, with which the session goes on.
enum class SessionToken { hidden, kept };

/// What an operation is about, where an error's code means something else for one thing than for another.
enum class Subject { other, secret, version, deployment, domain };

/// Whom it concerns that the credentials may not make a call.
enum class Refusal {
  account,  ///< nothing can be done with them
  zone,     ///< what lies in this zone: a token may have some zones and not others
  session,  ///< the upload of assets, whose session has ended
};

/// How the service says, right after an upload, that it does not know the Worker yet (as reported).
enum class TooSoon {
  never,
  by_code,   ///< 10019 (a route to a script that does not exist), 10007
  by_fault,  ///< as if there were no such Worker, or by 5xx (10013)
};

/// One `name=value` that Plumbline always sends with an operation.
struct QueryItem {
  std::string_view name;
  std::string_view value;
};

/// Where the items of a list stand in an answer, and what each of them must hold as a text that is not empty. The first
/// key tells the items apart. A list with an item that lacks a key, or with two items under one identity, is no list:
/// were the item passed over, what it stands for would look deleted.
struct Items {
  std::string_view identity;  ///< `id`
  std::string_view name{};    ///< `pattern`; empty: the identity is enough
  std::string_view target{};  ///< `service`; may be empty
  std::string_view within{};  ///< member of the result that holds the list; empty: the result is the list
  int per_page = 0;           ///< of a list in pages: the most that the service gives
};

/// How a write whose answer was lost is looked for.
enum class Look {
  nowhere,      ///< it is not: what it leaves is read in every pass, or nothing is left
  as_version,   ///< the active version is a new one with the annotations that were sent
  as_object,    ///< the object that `read` gives holds what was sent
  in_list,      ///< an item of the list that `read` gives holds what was sent
  as_list,      ///< the list that `read` gives has the identities that were sent, and no others
  not_in_list,  ///< the list that `read` gives lacks what the last parameter of the path names
  nulls_gone,   ///< the list that `read` gives lacks every name whose value was null in a merge patch
};

struct LostWriteLook {
  Look how = Look::nowhere;
  std::string_view read{};                 ///< name of the operation, whose parameters are among the write's
  std::array<std::string_view, 2> only{};  ///< members of the body that `as_object` compares; none: all
};

/// One row of the endpoint table, which drives client, plans, journal, metrics and `plumbline api --list`.
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

  // What few rows have.
  SessionToken token = SessionToken::hidden;
  Subject subject = Subject::other;
  std::string_view label{};  ///< for people, in a plan: `queue consumer`
  Refusal refusal = Refusal::account;
  TooSoon too_soon = TooSoon::never;
  /// Codes under 404 that say that what the path names does not exist; zeros: none is known.
  std::array<int, 4> gone{};
  std::array<QueryItem, 2> query{};  ///< an item without a name is none
  Items items{};                     ///< of lists
  LostWriteLook look{};              ///< of writes

  // This row, with more of it said.
  [[nodiscard]] constexpr Operation keeping_token() const {
    Operation row = *this;
    row.token = SessionToken::kept;
    return row;
  }
  [[nodiscard]] constexpr Operation about(Subject what) const {
    Operation row = *this;
    row.subject = what;
    return row;
  }
  [[nodiscard]] constexpr Operation shown_as(std::string_view text) const {
    Operation row = *this;
    row.label = text;
    return row;
  }
  [[nodiscard]] constexpr Operation gone_by(std::array<int, 4> codes) const {
    Operation row = *this;
    row.gone = codes;
    return row;
  }
  [[nodiscard]] constexpr Operation refused_for(Refusal whom) const {
    Operation row = *this;
    row.refusal = whom;
    return row;
  }
  [[nodiscard]] constexpr Operation may_come_too_soon(TooSoon sign) const {
    Operation row = *this;
    row.too_soon = sign;
    return row;
  }
  [[nodiscard]] constexpr Operation asking(QueryItem first, QueryItem second = {}) const {
    Operation row = *this;
    row.query = {first, second};
    return row;
  }
  [[nodiscard]] constexpr Operation listing(Items what) const {
    Operation row = *this;
    row.items = what;
    return row;
  }
  [[nodiscard]] constexpr Operation looked_for(LostWriteLook how) const {
    Operation row = *this;
    row.look = how;
    return row;
  }
};

/// For people: `no body`, `JSON`, …, and `object`, `list in pages`, ….
std::string_view to_string(BodyKind kind);
std::string_view to_string(AnswerShape shape);

/// The content type of such a body; empty where there is none, or where it depends on the content (multipart).
std::string_view content_type_of(BodyKind kind);

/// The names in the braces of a path template, in their order.
std::vector<std::string_view> path_parameters(const Operation& operation);

/// Names and values, unescaped, in order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The value under that name; nullptr if there is none.
const std::string* find_parameter(const Parameters& parameters, std::string_view name);

/// The row's path with its parameters in it, escaped, and the query behind it: what is shown in a plan, kept in the
/// journal and sent. A placeholder that no parameter fills stays: `/accounts/{account_id}/queues`.
std::string target_of(const Operation& operation, const Parameters& parameters, const Parameters& query = {});

/// What the row always asks for, to be sent with a call.
Parameters query_of(const Operation& operation);

/// All of them, in the order of the documentation.
std::span<const Operation> operations();

/// nullptr if there is none of that name.
const Operation* find_operation(std::string_view name);

}  // namespace plumbline::api
