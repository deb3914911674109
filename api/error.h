#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::api {

/// Why a call of the Workers API has no result. reaction() decides what is done about it.
enum class ErrorKind {
  unreachable,  ///< no connection: transient, nothing was sent
  lost_answer,  ///< sent, but no answer came, or a 2xx that is not a valid answer: the write may have happened, so look
                ///< by reading
  rate_limited,  ///< 429: wait for retry_after
  server,        ///< 5xx, HTML pages, truncated or unparsable answers: transient
  conflict,   ///< somebody else wrote (409, 412, 10035, 10079, 10214, 10215, …), or `begin_by` has passed: observe and
              ///< plan again
  not_found,  ///< the Worker, secret, … does not exist
  invalid,    ///< the request is wrong: the user must change something
  forbidden,  ///< credentials or permissions: stop the account
  blocked,    ///< a firewall challenge (`cf-mitigated`): stop the account for a while
  cancelled,  ///< we are shutting down
  stale_source,  ///< ours: the source or a secret store changed after the plan was made
  local,         ///< ours: decided or found before anything was sent
};

std::string_view to_string(ErrorKind kind);

/// An error of one call, with everything that the API said about it.
struct Error {
  ErrorKind kind = ErrorKind::server;
  std::string operation;  ///< the operation's name in the endpoint table, `upload_script`
  std::string endpoint;   ///< `PUT /accounts/{account_id}/workers/scripts/{script_name}`
  int status = 0;         ///< HTTP status; 0 without an answer
  int code = 0;           ///< the first code of the envelope, 0 if there is none
  std::string message;    ///< from the envelope (each error's pointer first) or our own; never holds a secret's value
  std::string pointer;    ///< JSON pointer into the request, as the API reports it; may be empty
  std::string documentation_url;  ///< as the API reports it; may be empty
  std::string cf_ray;             ///< the id that Cloudflare's support asks for; may be empty
  std::optional<std::chrono::milliseconds> retry_after;
  bool by_token = false;  ///< the call came with an API token, and an answer refuses it

  friend bool operator==(const Error&, const Error&) = default;
};

/// An error that no server reported.
Error own_error(ErrorKind kind, std::string message);

/// One line: endpoint, status, code, message, ray, and the address of the documentation.
std::string to_text(const Error& error);

}  // namespace plumbline::api
