#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "net/http.h"
#include "net/http_server.h"
#include "simulator/faults.h"
#include "simulator/instant.h"
#include "simulator/options.h"
#include "simulator/rate_limiter.h"
#include "simulator/request_log.h"
#include "simulator/router.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// The Workers API of one account without any socket: requests in, answers out, one at a time. Time
/// and chance come in from outside.
class Service {
 public:
  /// `seed` decides on every id and on the latency's jitter.
  Service(Options options, Clock clock, std::uint64_t seed);

  /// Answers one request; latency and faults are in the reply for whoever sends it.
  net::Reply handle(const net::HttpRequest& request);

  /// Puts faults in force: a JSON array, or one fault.
  Result<void> add_faults(const Json& stated);

  /// The account as text, for Options::state_file. Values of secrets are not in it.
  [[nodiscard]] std::string save() const;
  /// Takes an account that save() wrote.
  Result<void> load(std::string_view text);
  /// Moves with every call that may have changed the account.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

  // What the control endpoints work on.
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] FaultList& faults() { return faults_; }
  [[nodiscard]] RequestLog& log() { return log_; }
  [[nodiscard]] RateLimiter& rate_limiter() { return limiter_; }

 private:
  net::Reply answer(const net::HttpRequest& request, std::string_view path);
  Outcome route(const net::HttpRequest& request, std::string_view path);
  Try<void> authorise(const net::HttpRequest& request, std::string_view path, Access access) const;
  std::optional<Answer> over_the_limit(const net::HttpRequest& request, net::Headers& headers);
  std::chrono::milliseconds latency();

  World world_;
  Router router_;
  FaultList faults_;
  RateLimiter limiter_;
  RequestLog log_;
  std::uint64_t changes_ = 0;
};

}  // namespace plumbline::simulator
