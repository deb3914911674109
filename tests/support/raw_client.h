#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace plumbline::testing {

/// A client of a server on this machine that does as badly as a test wants: says nothing, or not all, or does not
/// listen.
class RawClient {
 public:
  /// Connects. Throws std::runtime_error if that fails.
  explicit RawClient(std::uint16_t port);

  /// Sends what the kernel takes at once. False if the server has ended the connection.
  [[nodiscard]] bool send(std::string_view bytes) const;
  /// Whether the server ends the connection within `deadline`; what it sends until then goes to `received`.
  [[nodiscard]] bool is_ended_within(std::chrono::milliseconds deadline);
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  Descriptor socket_;
  std::string received_;
};

}  // namespace plumbline::testing
