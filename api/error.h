#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::api {

/// Why a call of the Workers API has no result. What is done about it is decided by reaction().
enum class ErrorKind {
  unreachable,   ///< no connection: transient, nothing was sent
  lost_answer,   ///< sent, but the answer is lost, or a 2xx came that is none: the write may have happened; resolve by
                 ///< reading
  rate_limited,  ///< 429: wait for retry_after
  server,        ///< 5xx, HTML pages, truncated or unparsable answers: transient
  conflict,      ///< somebody else wrote (409, 412, 10035, 10079, 10214, 10215, …): observe and plan
                 ///< again
  not_found,     ///< the Worker, secret, … does not exist
  invalid,       ///< the request is wrong: the user must change something
  forbidden,     ///< credentials or permissions: stop the account
  blocked,       ///< a firewall challenge (`cf-mitigated`): stop the account for a while
  cancelled,     ///< we are shutting down
  stale_source,  ///< ours: the source or a store does not hold any more what was planned
  local,         ///< ours: what was decided or found before anything was sent
};

std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::server;
  std::string operation;  ///< the operation's name in the endpoint table, `upload_script`
  std::string endpoint;   ///< `PUT /accounts/{account_id}/workers/scripts/{script_name}`
  int status = 0;         ///< 0 without an answer
  int code = 0;           ///< the first code of the envelope, 0 if there is none
  std::string message;    ///< from the envelope (each error's pointer before it) or our own; never a value of a secret
  std::string pointer;    ///< JSON pointer to what is wrong in the request, as the API tells it; may be empty
  std::string documentation_url;  ///< as the API tells it; may be empty
  std::string cf_ray;             ///< what support asks for; may be empty
  std::optional<std::chrono::milliseconds> retry_after;
};

/// An error that no server told.
Error own_error(ErrorKind kind, std::string message);

/// One line with endpoint, status, code, message, ray and where it is documented.
std::string to_text(const Error& error);

}  // namespace plumbline::api
