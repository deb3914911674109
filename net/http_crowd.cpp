#include "net/http_crowd.h"

#include <algorithm>
#include <map>

namespace plumbline::net {

boost::asio::ip::address neighbourhood_of(const boost::asio::ip::address& address) {
  namespace ip = boost::asio::ip;
  if (address.is_v4()) return address;
  if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
  return ip::address_v6(bytes);
}

std::optional<std::size_t> least_worth_keeping(std::span<const Standing> crowd) {
  if (crowd.empty()) return std::nullopt;
  const Phase least = std::ranges::min(crowd, {}, &Standing::phase).phase;
  if (least == Phase::handling) return std::nullopt;

  std::map<boost::asio::ip::address, std::size_t> held;
  for (const Standing& one : crowd) {
    if (one.phase == least) ++held[one.peer];
  }
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    if (crowd[i].phase != least) continue;
    if (!found) found = i;
    const auto count = held.at(crowd[i].peer);
    const auto most = held.at(crowd[*found].peer);
    if (count > most || (count == most && crowd[i].since < crowd[*found].since)) found = i;
  }
  return found;
}

}  // namespace plumbline::net
