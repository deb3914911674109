#include "manifests/sources/semver.h"

#include <doctest/doctest.h>

#include <array>

namespace plumbline::manifests {
namespace {

bool in(std::string_view range, std::string_view version) {
  const auto parsed = VersionRange::parse(range);
  REQUIRE_MESSAGE(parsed, range);
  const auto given = parse_version(version);
  REQUIRE_MESSAGE(given, version);
  return parsed->contains(*given);
}

// The versions of a fixed list that a range holds, each followed by a space.
std::string held(std::string_view range) {
  std::string out;
  for (const char* version :
       {"0.0.3", "0.0.4", "0.2.3", "0.3.0", "1.0.0", "1.2.0", "1.2.3", "1.2.9", "1.3.0", "2.0.0-rc.1", "2.0.0"}) {
    if (in(range, version)) out += std::string(version) + ' ';
  }
  return out;
}

std::string newest(std::string_view range, std::vector<std::string> tags) {
  return newest_tag(VersionRange::parse(range).value(), tags).value_or("none");
}

}  // namespace

TEST_CASE("versions are ordered as semver.org orders them") {
  // semver.org, 11.
  static constexpr std::array kOrdered{"1.0.0-0",    "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                       "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                       "1.0.0",      "1.0.10",       "1.9.0",         "1.10.0",
                                       "2.0.0"};
  for (std::size_t i = 0; i < kOrdered.size(); ++i) {
    for (std::size_t j = 0; j < kOrdered.size(); ++j) {
      CAPTURE(kOrdered.at(i));
      CAPTURE(kOrdered.at(j));
      CHECK((parse_version(kOrdered.at(i)).value() <=> parse_version(kOrdered.at(j)).value()) == (i <=> j));
    }
  }
}

TEST_CASE("a version is three numbers, with a v in front if need be") {
  CHECK(parse_version("v1.2.3") == parse_version("1.2.3+build.5"));
  for (const char* text :
       {"", "v", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-a..b", "1.2.3-01", "1.2.3+", "1.2.3+a_b",
        "release-1.2.3", "1.2.3 ", "-1.2.3", "vv1.2.3", "99999999999999999999.0.0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("comparisons take whole and partial versions") {
  CHECK(held(">=1.2") == "1.2.0 1.2.3 1.2.9 1.3.0 2.0.0 ");
  CHECK(held(">= 1.2 < 2") == "1.2.0 1.2.3 1.2.9 1.3.0 ");
  CHECK(held(">=1.2,<2") == "1.2.0 1.2.3 1.2.9 1.3.0 ");
  CHECK(held(">1.2") == "1.3.0 2.0.0 ");
  CHECK(held(">1.2.3") == "1.2.9 1.3.0 2.0.0 ");
  CHECK(held("<=1.2") == "0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.2.9 ");
  CHECK(held("<=1.2.3 >0.3.0") == "1.0.0 1.2.0 1.2.3 ");
  CHECK(held("<1.2 >=0.3") == "0.3.0 1.0.0 ");
  CHECK(held("1.2.3") == "1.2.3 ");
  CHECK(held("=v1.2.3") == "1.2.3 ");
}

TEST_CASE("wildcards, tildes and carets stand for ranges") {
  CHECK(held("1.x") == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0 ");
  CHECK(held("1.2.*") == "1.2.0 1.2.3 1.2.9 ");
  CHECK(held("1") == held("1.X"));
  CHECK(held("*") == "0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.2.9 1.3.0 2.0.0 ");
  CHECK(held("~1.2.3") == "1.2.3 1.2.9 ");
  CHECK(held("~1.2") == "1.2.0 1.2.3 1.2.9 ");
  CHECK(held("~>1") == held("1.x"));
  CHECK(held("^1.2") == "1.2.0 1.2.3 1.2.9 1.3.0 ");
  CHECK(held("^0.2.3") == "0.2.3 ");
  CHECK(held("^0.0.3") == "0.0.3 ");
  CHECK(held("^0") == "0.0.3 0.0.4 0.2.3 0.3.0 ");
  CHECK(held("1.0 - 1.2.3") == "1.0.0 1.2.0 1.2.3 ");
  CHECK(held("1.0 - 1.2") == "1.0.0 1.2.0 1.2.3 1.2.9 ");
  CHECK(held("~0.0.3 || 2.x") == "0.0.3 0.0.4 2.0.0 ");
}

TEST_CASE("prereleases are taken only where the range names one, and never those of an upper bound") {
  CHECK_FALSE(in(">=1.2", "2.0.0-rc.1"));
  CHECK(in(">=1.2.0-0", "2.0.0-rc.1"));
  CHECK(in(">=2.0.0-rc.1 <3", "2.0.0-rc.1"));
  CHECK_FALSE(in(">=1.2.0-0 <2", "2.0.0-rc.1"));
  CHECK_FALSE(in("^1.2.0-0", "2.0.0-rc.1"));
  CHECK(in("^2.0.0-rc.1", "2.0.0"));
  CHECK(in(">=1.0.0 <2.0.0-rc.2", "2.0.0-rc.1"));
  CHECK_FALSE(in("1.x || >=3.0.0-0", "1.2.0-rc.1"));
}

TEST_CASE("what is no range is refused with what is meant") {
  for (const char* range : {"", " ", "||", "1.2 ||", ">", "latest", "1.2.3.4", ">>1", "!=1.2", "1.x.3", "1.2-rc.1",
                            "1 -", "<*", "^1.2.3-", "01"}) {
    CAPTURE(range);
    CHECK_FALSE(VersionRange::parse(range));
  }
  CHECK(VersionRange::parse(">=latest").error().message ==
        "the range of versions cannot be read: \"latest\" is not a version; write 1, 1.2, 1.2.3 or 1.x");
  CHECK_FALSE(VersionRange::parse(std::string(10'000, '1')));
}

TEST_CASE("the newest tag in a range is by version, not by name") {
  CHECK(newest("1.x", {"v1.9.0", "v1.10.0", "v2.0.0", "main", "v1.11.0-rc.1"}) == "v1.10.0");
  CHECK(newest("1.x", {"1.2.3", "v1.2.3"}) == "v1.2.3");
  CHECK(newest("1.x", {"v1.2.3", "1.2.3"}) == "v1.2.3");
  CHECK(newest("3.x", {"v1.2.3", "latest"}) == "none");
  CHECK(newest("*", {}) == "none");
}

}  // namespace plumbline::manifests
