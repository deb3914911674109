#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "net/http.h"

/// Who may do what over HTTP. Plain functions of a request and of the listener's configuration.
namespace plumbline::daemon {

/// Who may make one kind of request: reads, or what changes something.
struct Access {
  enum class Rule {
    open,    ///< everybody: on loopback, if no token is configured
    token,   ///< `Authorization: Bearer …`
    closed,  ///< nobody: reachable from outside, and no token is configured
  };
  Rule rule = Rule::closed;
  /// Returns the current token. Called at each request, because the token's file may be rotated.
  std::function<Result<Secret>()> token{};
};

/// The rule for a listener at this address, with or without a configured token.
Access::Rule access_rule(std::string_view listen_address, bool has_token);

/// What an endpoint asks of whoever calls it.
enum class Level {
  health,  ///< nothing
  read,    ///< the read token; the admin token does as well
  admin,   ///< the admin token
};

struct AccessRules {
  Access read;
  Access admin;
};

/// The refusal of a request; nothing if it may go on. Tokens are compared in constant time. Without a token a page in a
/// browser on this machine must not be able to ask: the Host has to be this machine's own, which DNS rebinding cannot
/// forge, and nothing that changes something may come from another origin.
std::optional<net::HttpResponse> refusal(const AccessRules& rules, Level level, const net::HttpRequest& request);

/// An error as application/problem+json (RFC 9457).
net::HttpResponse problem(int status, std::string_view title, std::string_view detail);

}  // namespace plumbline::daemon
