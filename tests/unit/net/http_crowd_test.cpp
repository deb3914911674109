#include "net/http_crowd.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace plumbline::net {
namespace {

using boost::asio::ip::make_address;

Standing standing(Phase phase, int since, const std::string& peer = "192.0.2.1") {
  return {phase, std::chrono::steady_clock::time_point(std::chrono::seconds(since)), make_address(peer)};
}

TEST_CASE("who has said nothing gives way before who has said something, whoever came first") {
  const std::vector<Phase> order = {Phase::leaving, Phase::silent,    Phase::head,
                                    Phase::body,    Phase::answering, Phase::handling};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      CHECK(least_worth_keeping(std::vector{standing(order[j], 1), standing(order[i], 2)}) == 1U);
      CHECK(least_worth_keeping(std::vector{standing(order[i], 2), standing(order[j], 1)}) == 0U);
    }
  }
}

TEST_CASE("the oldest gives way, and one of the peer that holds most goes first") {
  CHECK(least_worth_keeping(
            std::vector{standing(Phase::silent, 3), standing(Phase::silent, 1), standing(Phase::silent, 2)}) == 1U);
  CHECK(
      least_worth_keeping(std::vector{standing(Phase::silent, 1, "192.0.2.1"), standing(Phase::silent, 5, "192.0.2.2"),
                                      standing(Phase::silent, 4, "192.0.2.2")}) == 2U);
  // Only those of the same phase are counted: an address that asks much is not held against its silent one.
  CHECK(least_worth_keeping(
            std::vector{standing(Phase::answering, 1, "192.0.2.1"), standing(Phase::answering, 1, "192.0.2.1"),
                        standing(Phase::silent, 3, "192.0.2.1"), standing(Phase::silent, 2, "192.0.2.2")}) == 3U);
}

TEST_CASE("nobody gives way where everybody waits for a handler, or nobody is there") {
  CHECK_FALSE(least_worth_keeping({}));
  CHECK_FALSE(least_worth_keeping(std::vector{standing(Phase::handling, 1), standing(Phase::handling, 2)}));
}

TEST_CASE("a neighbourhood is an IPv4 address or half of an IPv6 one") {
  CHECK(neighbourhood_of(make_address("192.0.2.7")) == make_address("192.0.2.7"));
  CHECK(neighbourhood_of(make_address("::ffff:192.0.2.7")) == make_address("192.0.2.7"));
  CHECK(neighbourhood_of(make_address("2001:db8:1:2:3:4:5:6")) == make_address("2001:db8:1:2::"));
  CHECK(neighbourhood_of(make_address("::1")) == make_address("::"));
}

}  // namespace
}  // namespace plumbline::net
