#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

/// Which of a server's connections gives way to a new one. Pure: no socket, no clock.
namespace plumbline::net {

/// What a connection of a server is at, the least worth keeping first.
enum class Phase {
  leaving,    ///< the last answer is sent, the peer's end is waited for
  silent,     ///< no byte of a request has come, or none since the last answer
  head,       ///< a part of a request's head has come
  body,       ///< the head is there, the body is not
  answering,  ///< the answer is being written, and the peer does not take it
  handling,   ///< waits for the handler: never cut
};

struct Standing {
  Phase phase = Phase::silent;
  std::chrono::steady_clock::time_point since;  ///< when the phase began
  boost::asio::ip::address peer;                ///< as neighbourhood_of() says
};

/// What counts as one peer: an IPv4 address, also in its mapped form, or the first 64 bits of an IPv6 address, since
/// a host commonly has all of those.
boost::asio::ip::address neighbourhood_of(const boost::asio::ip::address& address);

/// The index of the connection to cut for a new one: of those in the least phase, one of the peer that has most of
/// them, and of these the one that has been there for longest. Nothing if all are being handled.
std::optional<std::size_t> least_worth_keeping(std::span<const Standing> crowd);

}  // namespace plumbline::net
