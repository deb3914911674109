#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "tests/support/loopback.h"

namespace plumbline::testing {

/// A server on 127.0.0.1 that accepts every connection and never comes to an end.
class SlowPeer {
 public:
  enum class Manner {
    silent,        ///< says nothing
    half,          ///< begins an answer of `https` or `http`, and says no more
    trickle,       ///< an endless head of an answer of `http`, a byte at a time
    trickle_refs,  ///< an endless list of references of `git`, one at a time
  };

  explicit SlowPeer(Manner manner);
  ~SlowPeer();
  SlowPeer(const SlowPeer&) = delete;
  SlowPeer& operator=(const SlowPeer&) = delete;

  [[nodiscard]] std::string url(const std::string& scheme) const;
  /// Connections so far.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve();

  Manner manner_;
  LoopbackListener listener_ = listen_on_loopback(64);
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace plumbline::testing
