#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::api {

/// Whether a call may be sent again although it may already have had its effect.
enum class Repeat {
  freely,  ///< reads, and uploads of assets: they leave nothing behind that a read would show
  safe,  ///< writes that end in the same state however often they run. After a 2xx that is not a valid answer the write
         ///< has most likely happened, so it is read back and not repeated
  never,  ///< a second call would act twice: look by reading
};

/// The HTTP statuses under which an answer is valid. Every other 2xx is not: 203 and 206 come from a proxy, and an
/// undocumented status says that something else happened than was asked for.
class Statuses {
 public:
  constexpr explicit Statuses(int only, int other = 0) : values_{only, other} {}
  [[nodiscard]] constexpr bool contain(int status) const { return status == values_[0] || status == values_[1]; }
  [[nodiscard]] std::vector<int> all() const;

 private:
  std::array<int, 2> values_;
};

/// Whether a 2xx without a body is a valid answer.
enum class EmptyBody {
  is_no_answer,  ///< the result is needed: a read is made again, a write's answer counts as lost
  is_success,    ///< nobody needs the result
};

/// Whether an envelope may lack the member `success`.
enum class SuccessMember {
  required,
  may_be_missing,  ///< the page of 2018 shows `{"result": {"id": …}}` as a whole answer; `result` is required then
};

/// What a successful answer holds: the `result` of an envelope {success, errors, messages, result}, or the code itself.
/// Errors always come as an envelope.
enum class AnswerShape {
  object,
  list,        ///< of objects, without pages
  pages,       ///< of objects, in pages (`page`, `per_page`)
  inner_list,  ///< an object with the list in one of its members: `{schedules: […]}`
  nothing,     ///< null, or a result that says no more than the status
  raw,         ///< no envelope: the body is the code
};

/// What the body of a request is.
enum class BodyKind {
  none,
  json,
  merge_patch,    ///< JSON in which null deletes (RFC 7396)
  code_form,      ///< multipart: the part `metadata`, and one part for each module
  settings_form,  ///< multipart: the one part `settings`
  files_form,     ///< multipart: one part for each static asset
  script,         ///< the JavaScript of a service worker
};

/// Whether an answer holds the token of an upload session, which the next call of the session needs.
enum class SessionToken { hidden, kept };

/// The kind of thing that an operation is about, if an error's code means something special for it.
enum class Subject { other, secret, version, deployment, domain };

/// What stops if the credentials may not make a call.
enum class Refusal {
  account,  ///< everything: the credentials are of no use
  zone,     ///< this zone: a token may have permission for some zones only
  session,  ///< the upload of assets: its session has ended
};

/// Whether an operation takes API tokens.
enum class Tokens {
  taken,
  in_doubt,  ///< a global key works; a source says that a token does not, and none says that it does
};

/// How the service says, shortly after an upload, that it does not know the Worker yet (as reported by users).
enum class TooSoon {
  never,
  by_code,   ///< 10019 (a route to a script that does not exist), 10007
  by_fault,  ///< not found, or a 5xx (10013)
};

/// One `name=value` that Plumbline always sends with an operation.
struct QueryItem {
  std::string_view name;
  std::string_view value;
};

/// Where a list is in an answer, and which texts each item must have. `identity` tells items apart. An answer is an
/// error if an item lacks a key, or if two items share an identity: an item that was skipped would look deleted.
struct Items {
  std::string_view identity;  ///< `id`
  std::string_view name{};    ///< `pattern`; empty: the identity is enough
  std::string_view target{};  ///< `service`; empty: none
  std::string_view within{};  ///< the member of the result that holds the list; empty: the result is the list
  int per_page = 0;           ///< for a list in pages: items per page, the most that the service allows
};

/// How to find out whether a write happened whose answer was lost.
enum class Look {
  nowhere,      ///< not at all: every pass reads what it leaves, or it leaves nothing
  as_version,   ///< the active version is a new one, and has the annotations that were sent
  as_object,    ///< the object from the operation `read` holds what was sent
  in_list,      ///< an item of the list from `read` holds what was sent
  as_list,      ///< the list from `read` has exactly the identities that were sent
  not_in_list,  ///< the list from `read` lacks the thing that the last parameter of the path names
  nulls_gone,   ///< the list from `read` lacks every name whose value was null in a merge patch
};

/// How the answer to a write is looked for, and where.
struct LostWriteLook {
  Look how = Look::nowhere;
  std::string_view read{};                 ///< name of the operation; its parameters are among those of the write
  std::array<std::string_view, 2> only{};  ///< the members of the body that `as_object` compares; none: all
};

/// One row of the endpoint table. Client, plans, journal, metrics and `plumbline api --list` are driven by it.
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
  std::string_view source;  ///< the name of its page in the documentation

  // Set in few rows only.
  SessionToken token = SessionToken::hidden;
  Subject subject = Subject::other;
  std::string_view label{};  ///< for people, in a plan: `queue consumer`
  Refusal refusal = Refusal::account;
  Tokens tokens = Tokens::taken;
  TooSoon too_soon = TooSoon::never;
  /// Codes under 404 that say that the thing in the path does not exist. Zeros: no such code is known.
  std::array<int, 4> gone{};
  std::array<QueryItem, 2> query{};  ///< an item without a name is unused
  Items items{};                     ///< for lists
  LostWriteLook look{};              ///< for writes

  // Copies of this row with one more member set.
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
  [[nodiscard]] constexpr Operation with_tokens_in_doubt() const {
    Operation row = *this;
    row.tokens = Tokens::in_doubt;
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

/// Texts for people: `no body`, `JSON`, …, and `object`, `list in pages`, ….
std::string_view to_string(BodyKind kind);
std::string_view to_string(AnswerShape shape);

/// The content type of such a body. Empty if there is no body, or if the type depends on the content (multipart).
std::string_view content_type_of(BodyKind kind);

/// The names in the braces of a path template, in order.
std::vector<std::string_view> path_parameters(const Operation& operation);

/// Names and values, not escaped, in order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The value with that name; nullptr if there is none. Points into `parameters`.
const std::string* find_parameter(const Parameters& parameters, std::string_view name);

/// The row's path with its parameters filled in and escaped, followed by the query. A plan shows this text, the journal
/// keeps it, and the client sends it. A placeholder without a parameter stays: `/accounts/{account_id}/queues`.
std::string target_of(const Operation& operation, const Parameters& parameters, const Parameters& query = {});

/// The query that the row always sends.
Parameters query_of(const Operation& operation);

/// All rows, in the order of the documentation.
std::span<const Operation> operations();

/// The row with that name; nullptr if there is none.
const Operation* find_operation(std::string_view name);

}  // namespace plumbline::api
