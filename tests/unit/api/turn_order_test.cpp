#include "api/turn_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace plumbline::api {
namespace {

using Waiting = TurnOrder::Waiting;

/// The order in which all of these get their turns.
std::vector<std::string> turns(std::vector<Waiting> queue) {
  TurnOrder order;
  std::vector<std::string> served;
  while (!queue.empty()) {
    auto first = queue.begin();
    for (auto later = first + 1; later != queue.end(); ++later) {
      if (order.overtakes(*later, *first)) first = later;
    }
    served.push_back(first->account);
    order.served(first->account);
    queue.erase(first);
  }
  return served;
}

TEST_SUITE("turn order") {
  TEST_CASE("a large account does not hold up a small one") {
    CHECK(turns({{Priority::apply, "large"},
                 {Priority::apply, "large"},
                 {Priority::apply, "large"},
                 {Priority::apply, "small"},
                 {Priority::apply, "small"}}) == std::vector<std::string>{"large", "small", "large", "small", "large"});
  }

  TEST_CASE("whose turn it is among accounts is no reason to let a lower priority go first") {
    CHECK(turns({{Priority::observe, "a"}, {Priority::apply, "b"}, {Priority::apply, "b"}, {Priority::audit, "c"}}) ==
          std::vector<std::string>{"b", "b", "a", "c"});
  }

  TEST_CASE("calls of one account keep their order") {
    const TurnOrder order;
    CHECK_FALSE(order.overtakes({Priority::apply, "a"}, {Priority::apply, "a"}));
  }
}

}  // namespace
}  // namespace plumbline::api
