#include "manifests/sources/git/mirror_packs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumbline::manifests {
namespace {

using Sizes = std::vector<std::uint64_t>;

std::size_t merged(const Sizes& sizes) {
  return packs_to_merge(sizes);
}

}  // namespace

TEST_CASE("packs of one size become one, a much larger one stays as it is") {
  CHECK(merged({}) == 0);
  CHECK(merged({5}) == 0);
  CHECK(merged({5, 5}) == 2);
  CHECK(merged({1, 1, 1, 1000}) == 3);
  CHECK(merged({1, 2, 6, 18}) == 0);
  CHECK(merged({1, 2, 6, 17}) == 4);
  CHECK(merged({10, 10, 10, 50, 200}) == 4);
}

TEST_CASE("however packs come, few are left and most bytes are seldom written anew") {
  // As a mirror sees it: a large first pack, then one small one after another.
  Sizes sizes{100'000};
  std::uint64_t written = 0;
  for (int fetched = 0; fetched < 10'000; ++fetched) {
    sizes.insert(sizes.begin(), 1);
    std::ranges::sort(sizes);
    if (!is_outgrown(sizes.size(), 0, Haste::none)) continue;
    const auto count = static_cast<std::ptrdiff_t>(merged(sizes));
    std::uint64_t sum = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) sum += sizes[static_cast<std::size_t>(i)];
    sizes.erase(sizes.begin(), sizes.begin() + count);
    sizes.push_back(sum);
    std::ranges::sort(sizes);
    written += sum;
  }
  CHECK(sizes.size() <= 17);
  CHECK(written < 100'000);
}

TEST_CASE("a mirror is outgrown sooner where nobody waits") {
  CHECK_FALSE(is_outgrown(16, 1000, Haste::none));
  CHECK(is_outgrown(17, 0, Haste::none));
  CHECK_FALSE(is_outgrown(17, 0, Haste::some));
  CHECK(is_outgrown(49, 0, Haste::some));
  CHECK(is_outgrown(1, 1001, Haste::none));
}

}  // namespace plumbline::manifests
