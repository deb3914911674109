#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

/// Chooses which of a server's connections is closed to make room for a new one. Pure: no socket, no clock.
namespace plumbline::net {

/// What a connection is doing. The phase that is least worth keeping comes first.
enum class Phase {
  leaving,    ///< the last answer is sent; the session waits for the peer to end the connection
  silent,     ///< no byte of a request has come, or none since the last answer
  head,       ///< a part of a request's head has come
  body,       ///< the head has come, the body has not
  answering,  ///< the answer is being written, and the peer does not read it
  handling,   ///< waits for the handler; never cut
};

/// One connection as the choice sees it.
struct Standing {
  Phase phase = Phase::silent;
  std::chrono::steady_clock::time_point since;  ///< when the phase began
  boost::asio::ip::address peer;                ///< from neighbourhood_of()
};

/// The address that counts as one peer: an IPv4 address, also in its mapped form, or the first 64 bits of an IPv6
/// address, because one host commonly has all addresses below them.
boost::asio::ip::address neighbourhood_of(const boost::asio::ip::address& address);

/// The index of the connection to cut for a new one. Only connections in the least phase are candidates; of these,
/// those of the peer that has most of them; of these, the oldest. Nothing if all wait for their handler.
std::optional<std::size_t> least_worth_keeping(std::span<const Standing> crowd);

}  // namespace plumbline::net
