#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http.h"

/// The daemon's answers over HTTP: plain functions from a request to a response.
namespace plumbline::daemon {

/// Who may read /api/v1/….
struct ReadAccess {
  enum class Rule {
    open,    ///< everybody: on loopback, if no token is configured
    token,   ///< `Authorization: Bearer …`
    closed,  ///< nobody: reachable from outside, and no token is configured
  };
  Rule rule = Rule::closed;
  /// Returns the current token. Called at each request, because the token's file may be rotated.
  std::function<Result<Secret>()> token;
};

/// The rule for a listener at this address, with or without a configured token.
ReadAccess::Rule read_rule(std::string_view listen_address, bool has_token);

/// The content of the endpoints. All functions are called on the loop thread.
struct StatusView {
  /// What still has to happen before the daemon is ready, one line each. Empty: it is ready.
  std::function<std::vector<std::string>()> missing;
  std::function<Json()> status;
  ReadAccess access;
};

/// Whether the request asks about the daemon's health: /livez, /readyz, /metrics. These are answered even while other
/// requests have to wait.
bool is_health(const net::HttpRequest& request);

/// Answers /livez, /readyz and /api/v1/status.
net::HttpResponse answer_status(const StatusView& view, const net::HttpRequest& request);

/// Answers /metrics. `exposition` is called once per request.
net::HttpResponse answer_metrics(const std::function<std::string()>& exposition, const net::HttpRequest& request);

/// An error as application/problem+json (RFC 9457).
net::HttpResponse problem(int status, std::string_view title, std::string_view detail);

}  // namespace plumbline::daemon
