#include "base/shared_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace plumbline;

TEST_SUITE("shared list") {
  static_assert(std::random_access_iterator<SharedList<std::string>::Iterator>);

  TEST_CASE("a shared list reads like a vector") {
    SharedList<std::string> list{"a", "b"};
    list.push_back("c");
    std::string all;
    for (const std::string& value : list) all += value;
    CHECK(all == "abc");
    CHECK(list.size() == 3);
    CHECK(list[1] == "b");
    CHECK(list.front() == "a");
    CHECK(list.back() == "c");
    CHECK(std::ranges::lower_bound(list, "b") == list.begin() + 1);
    CHECK_THROWS_AS((void)list.at(3), std::out_of_range);
  }

  TEST_CASE("a list without values begins at its end") {
    const SharedList<std::string> list;
    CHECK(list.empty());
    CHECK(list.begin() == list.end());
  }

  TEST_CASE("copies of a list, and lists of its items, hold the same values") {
    const SharedList<std::string> list{"a"};
    const auto copy = list;  // NOLINT(performance-unnecessary-copy-initialization)
    const SharedList<std::string> again(list.items());
    CHECK(&copy[0] == &list[0]);
    CHECK(&again[0] == &list[0]);
    SharedList<std::string> third;
    third.share(list.items().front());
    CHECK(&third[0] == &list[0]);
  }

  TEST_CASE("a value that is replaced stays in the lists that share it") {
    const SharedList<std::string> list{"a", "b"};
    auto changed = list;
    changed.replace(0, "c");
    CHECK(changed[0] == "c");
    CHECK(&changed[1] == &list[1]);
    CHECK(list[0] == "a");
  }
}
