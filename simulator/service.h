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
#include "simulator/kept_answers.h"
#include "simulator/options.h"
#include "simulator/rate_limiter.h"
#include "simulator/request_log.h"
#include "simulator/router.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// The Workers API of one account without a socket: it turns requests into answers, one at a time. Clock and seed come
/// from outside.
class Service {
 public:
  /// `seed` determines every id, and the latency's jitter.
  Service(Options options, Clock clock, std::uint64_t seed);

  /// Answers one request. The reply says how the sender is to delay or damage the answer.
  net::Reply handle(const net::HttpRequest& request);

  /// Adds faults: a JSON array, or a single fault. The error says what is wrong with it.
  Result<void> add_faults(const Json& stated);

  /// The account as text, for Options::state_file. It holds no values of secrets.
  [[nodiscard]] std::string save() const;
  /// Replaces the account by one that save() wrote. After an error the account is unchanged.
  Result<void> load(std::string_view text);
  /// A counter that grows with every call that may have changed the account.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

  // For the control endpoints.
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] FaultList& faults() { return faults_; }
  [[nodiscard]] RequestLog& log() { return log_; }
  [[nodiscard]] RateLimiter& rate_limiter() { return limiter_; }

 private:
  net::Reply answer(const net::HttpRequest& request, std::string_view path);
  Outcome route(const net::HttpRequest& request, std::string_view path, Coding coding);
  Try<void> authorise(const net::HttpRequest& request, std::string_view path, Access access) const;
  std::optional<Answer> over_the_limit(const net::HttpRequest& request, net::Headers& headers);
  std::chrono::milliseconds latency();

  World world_;
  Router router_;
  FaultList faults_;
  RateLimiter limiter_;
  RequestLog log_;
  KeptAnswers kept_;
  std::uint64_t changes_ = 0;
};

}  // namespace plumbline::simulator
