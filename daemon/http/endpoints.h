#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http.h"

/// What the daemon answers over HTTP: plain functions from a request to a response.
namespace plumbline::daemon {

/// Who may read /api/v1/….
struct ReadAccess {
  enum class Rule {
    open,    ///< everybody: on loopback, without a token configured
    token,   ///< `Authorization: Bearer …`
    closed,  ///< nobody: reachable from outside, without a token configured
  };
  Rule rule = Rule::closed;
  /// The token as it is now; asked for at each request, because its file may be rotated.
  std::function<Result<Secret>()> token;
};

/// The rule that follows from where the listener is and whether a token is configured.
ReadAccess::Rule read_rule(std::string_view listen_address, bool has_token);

/// What `listen` shows. Called on the loop's thread.
struct StatusView {
  /// What still has to happen before the daemon is ready, one line each; empty: ready.
  std::function<std::vector<std::string>()> missing;
  std::function<Json()> status;
  ReadAccess access;
};

/// Whether this asks how the daemon is: /livez, /readyz, /metrics. Answered even where other requests have to wait.
bool is_health(const net::HttpRequest& request);

/// /livez, /readyz, /api/v1/status.
net::HttpResponse answer_status(const StatusView& view, const net::HttpRequest& request);

/// /metrics; `exposition` is asked once a request.
net::HttpResponse answer_metrics(const std::function<std::string()>& exposition, const net::HttpRequest& request);

/// An error as application/problem+json (RFC 9457).
net::HttpResponse problem(int status, std::string_view title, std::string_view detail);

}  // namespace plumbline::daemon
