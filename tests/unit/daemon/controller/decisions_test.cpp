#include "daemon/controller/decisions.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/config/read_file.h"
#include "daemon/controller/durable_file.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow{1'790'000'000s};

AllDecisions example() {
  AllDecisions all;
  all.sources["prod"] = {.suspension = Suspension{.reason = "moving \"it\"", .since = kNow, .until = kNow + 2h},
                         .workers = {{"checkout", {.reason = {}, .since = kNow}}},
                         .approved = {.digest = "sha256:1", .changes = {{"worker.a", "f00d"}}}};
  return all;
}

TEST_CASE("decisions are the same after they were written and read") {
  const auto all = example();
  const auto again = decisions_from_text(decisions_to_text(all));
  REQUIRE(again);
  CHECK(*again == all);
}

TEST_CASE("a file that is no list of decisions says what is wrong with it") {
  for (const auto* text :
       {"", "{", "[]", "{}", R"({"version":2,"sources":{}})", R"({"version":1})",
        R"({"version":1,"sources":{"a":{"suspension":{"since":"yesterday"}}}})",
        R"({"version":1,"sources":{"a":{"suspension":{"since":"2026-10-01T12:00:00Z","until":"soon"}}}})",
        R"({"version":1,"sources":{"a":{"approved":{"digest":"sha256:1"}}}})"}) {
    const auto read = decisions_from_text(text);
    CHECK_MESSAGE(!read, text);
  }
}

TEST_CASE("a suspension holds until it ends") {
  const testing::TemporaryFolder folder;
  Decisions decisions((folder.path() / "decisions.json").string());
  CHECK(decisions.of("prod", kNow) == SourceDecisions());
  decisions.set(example());
  CHECK(decisions.of("prod", kNow).suspension.has_value());
  CHECK(decisions.next_end("prod", kNow) == kNow + 2h);
  CHECK(!decisions.of("prod", kNow + 2h).suspension);
  CHECK(!decisions.next_end("prod", kNow + 2h));
  CHECK(decisions.of("prod", kNow + 24h * 365).workers.contains("checkout"));
}

TEST_CASE("decisions survive a restart, readable by their owner alone") {
  const testing::TemporaryFolder folder;
  const auto path = (folder.path() / "decisions.json").string();
  REQUIRE(write_durably(path, decisions_to_text(example())));
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  const Decisions again(path);
  CHECK(again.problem().empty());
  CHECK(again.of("prod", kNow) == example().sources.at("prod"));
}

TEST_CASE("after a damaged file every source is suspended until a person decides about it, also over a restart") {
  const testing::TemporaryFolder folder;
  const auto path = (folder.path() / "decisions.json").string();
  std::ofstream(path) << "{\"version\": 1, \"sour";
  {
    Decisions decisions(path);
    CHECK(decisions.problem().contains(path));
    CHECK(decisions.of("prod", kNow).suspension.has_value());
  }
  CHECK(read_file(path + ".corrupt", 100) == "{\"version\": 1, \"sour");
  Decisions again(path);
  REQUIRE(again.of("prod", kNow).suspension.has_value());
  const auto resumed = again.with("prod", [](SourceDecisions& decided) { decided.suspension.reset(); });
  REQUIRE(write_durably(path, decisions_to_text(resumed)));
  const Decisions third(path);
  CHECK(!third.of("prod", kNow).suspension);
  CHECK(third.of("other", kNow).suspension.has_value());
}

TEST_CASE("a source about which nothing is decided any more leaves the file") {
  const testing::TemporaryFolder folder;
  Decisions decisions((folder.path() / "decisions.json").string());
  const auto suspended = decisions.with(
      "prod", [](SourceDecisions& decided) { decided.suspension = Suspension{.reason = {}, .since = kNow}; });
  decisions.set(suspended);
  CHECK(suspended.sources.contains("prod"));
  CHECK(decisions.with("prod", [](SourceDecisions& decided) { decided.suspension.reset(); }).sources.empty());
}

TEST_CASE("a file that cannot be replaced stays as it was, and the error names it") {
  const testing::TemporaryFolder folder;
  const auto path = (folder.path() / "none" / "decisions.json").string();
  const auto written = write_durably(path, "x");
  REQUIRE(!written);
  CHECK(written.error().message.contains(path));
}

TEST_CASE("a suspension is told with its end and its reason") {
  CHECK(describe({.reason = "moving", .since = kNow, .until = kNow}) == "until 2026-09-21T14:13:20Z: moving");
  CHECK(describe({.reason = {}, .since = kNow}) == "until somebody resumes it");
  CHECK(describe({.reason = {}, .since = kNow, .by = Suspension::By::configuration}) == "by the configuration");
  CHECK(how_to_resume({.reason = {}, .since = kNow}, "prod/a") == "plumbline resume prod/a");
}

}  // namespace
}  // namespace plumbline::daemon
