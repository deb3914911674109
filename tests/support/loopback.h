#pragma once

#include <cstdint>

#include "base/descriptor.h"

/// TCP over 127.0.0.1 without Asio.
namespace plumbline::testing {

struct LoopbackListener {
  Descriptor socket;
  std::uint16_t port = 0;
};

/// Listens at a port of its own. Connections that nobody accepts wait in the kernel, about `backlog` of them. Throws
/// std::runtime_error if there is none.
LoopbackListener listen_on_loopback(int backlog);

/// A connection; an invalid descriptor, and errno, if nobody listens.
Descriptor connect_to_loopback(std::uint16_t port);

}  // namespace plumbline::testing
