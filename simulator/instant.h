#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace plumbline::simulator {

/// A time of the API, to the microsecond.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// The source of "now", so that tests can choose it.
using Clock = std::function<std::chrono::system_clock::time_point()>;

/// `2026-10-01T12:00:00.123456Z`
std::string timestamp(Instant time);

/// Reads what timestamp() wrote.
std::optional<Instant> parse_instant(std::string_view text);

/// Makes random identifiers; the same seed gives the same ones. Not for secrets.
class Ids {
 public:
  explicit Ids(std::uint64_t seed) : engine_(seed) {}

  std::string hex32();  ///< 32 hex digits: tags, routes, domains
  std::string uuid();   ///< RFC 9562, version 4: versions, deployments
  double between(double low, double high);

 private:
  std::mt19937_64 engine_;
};

}  // namespace plumbline::simulator
