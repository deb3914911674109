#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/awaitable.h"
#include "simulator/options.h"

namespace plumbline::simulator {

/// The simulated Workers API behind a socket: `plumbline simulate`.
class Simulator {
 public:
  virtual ~Simulator() = default;

  /// The port in use, also if port 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// A warning if other machines reach it and it takes any token; empty otherwise.
  [[nodiscard]] virtual std::string exposure() const = 0;

  /// `{"api_base_url":"http://127.0.0.1:8787/client/v4","account_id":"…"}`, without a newline: the line to print when
  /// ready.
  [[nodiscard]] virtual std::string ready_line() const = 0;

  /// Stops in good order, and writes the state file if there is one.
  virtual net::Awaitable<> stop() = 0;
};

/// Reads the faults and state files, then serves at once, on the executor's one thread. The error says which option is
/// at fault. If the state file does not exist yet, the account is empty.
Result<std::unique_ptr<Simulator>> start_simulator(const net::Executor& executor, Options options);

}  // namespace plumbline::simulator
