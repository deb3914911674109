#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/loopback.h"

namespace plumbline::manifests::test {

/// A TCP server on 127.0.0.1 whose connections end in the kernel's queue: it never says a word.
class SilentPeer {
 public:
  [[nodiscard]] std::uint16_t port() const { return listener_.port; }

 protected:
  testing::LoopbackListener listener_ = testing::listen_on_loopback(16);
};

/// An HTTP server that gives every request the same answer and closes.
class FixedAnswer : public SilentPeer {
 public:
  explicit FixedAnswer(std::string answer);
  ~FixedAnswer();
  FixedAnswer(const FixedAnswer&) = delete;
  FixedAnswer& operator=(const FixedAnswer&) = delete;

  /// The heads of the requests so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve();

  std::string answer_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace plumbline::manifests::test
