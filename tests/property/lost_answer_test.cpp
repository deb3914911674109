#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "rig.h"
#include "zone_workers.h"

// A write that happened, whose answer is lost, at a service whose reads lag behind its writes.
using namespace plumbline;
using namespace plumbline::property;

namespace {

constexpr std::chrono::milliseconds kLag{20};
// The simulated clock moves with every call: so many looks are more than the lag.
constexpr std::chrono::milliseconds kPatience{63};

manifests::DesiredWorker worker_of(Repository& repository, const std::string& name, const std::string& code) {
  manifests::DesiredWorker worker;
  worker.name = name;
  worker.where = {name + "/worker.yaml", 4, 9};
  const auto path = name + "/index.js";
  repository.files[path] = code;
  worker.modules = {{"index.js", path, "application/javascript+module", sha256_hex(code), code.size()}};
  worker.settings = {{"compatibility_date", "2026-01-01"}};
  worker.secrets["KEY"] = {"default", name + "/KEY", {}};
  repository.secrets[name + "/KEY"] = "canary";
  worker.queue_consumers.emplace();
  return worker;
}

Repository before() {
  Repository repository;
  repository.workers = {worker_of(repository, "alpha", "export default {}; // 1\n")};
  return repository;
}

struct Case {
  const char* name;
  const char* method;
  const char* path;
  Repository after;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  Repository created = before();
  created.workers.push_back(worker_of(created, "bravo", "export default {}; // new\n"));
  out.push_back({"an upload of a new Worker", "PUT", "/workers/scripts/", created});
  Repository uploaded;
  uploaded.workers = {worker_of(uploaded, "alpha", "export default {}; // 2\n")};
  out.push_back({"an upload of code", "PUT", "/workers/scripts/", uploaded});
  auto rotated = before();
  rotated.secrets["alpha/KEY"] = "canary-rotated";
  out.push_back({"a rotated secret", "PATCH", "/settings$", rotated});
  auto dated = before();
  dated.workers[0].settings["compatibility_date"] = "2026-10-01";
  out.push_back({"a setting, with the same annotations as before", "PATCH", "/settings$", dated});
  auto consuming = before();
  consuming.workers[0].queue_consumers = {{.queue = "jobs"}};
  out.push_back({"a queue consumer", "POST", "/consumers$", consuming});
  auto filtering = before();
  filtering.zone_workers = {zone_worker_of(filtering, "example.com", "// zone\n", {{{"old.example.com/*", true, {}}}})};
  out.push_back({"a filter", "POST", "/workers/filters$", filtering});
  return out;
}

std::size_t versions_of(Rig& rig) {
  std::size_t versions = 0;
  const auto state = rig.state();
  for (const auto& entry : state.at("workers").as_object()) versions += entry.value().at("versions").as_array().size();
  return versions;
}

struct Told {
  std::size_t versions = 0;  ///< made by the second apply
  bool quiet = false;        ///< the plan after it is empty
};

Told tell(const Case& story, bool lost, std::chrono::milliseconds patience) {
  Rig rig({.read_lag = kLag});
  REQUIRE_FALSE(rig.apply(before(), {}).report.failed());
  rig.wait(kLag);
  const auto versions = versions_of(rig);
  if (lost) {
    const JsonObject match{{"method", story.method}, {"path", story.path}};
    rig.control("POST", "faults", JsonObject{{"match", match}, {"times", 1}, {"fault", "reset-after"}});
  }
  const auto applied = rig.apply(story.after, {.read_lag = patience});
  REQUIRE(applied.plan);
  CHECK_FALSE(applied.report.failed());
  rig.wait(kLag);
  const auto made = versions_of(rig) - versions;
  const auto last = rig.plan(story.after, {});
  REQUIRE(last.plan);
  return {made, !last.plan->has_changes()};
}

}  // namespace

TEST_SUITE("lost answers") {
  TEST_CASE("a write that happened is seen before its Worker is planned again, and is not made twice") {
    for (const auto& story : cases()) {
      CAPTURE(story.name);
      const auto expected = tell(story, false, kPatience);
      const auto told = tell(story, true, kPatience);
      CHECK(told.versions == expected.versions);
      CHECK(told.quiet);
    }
  }

  TEST_CASE("without patience the reads are behind, and versions are made twice") {
    for (const auto& story : cases()) {
      CAPTURE(story.name);
      // A consumer or a filter is seen at once, and makes no version.
      if (std::string_view(story.method) == "POST") continue;
      CHECK(tell(story, true, std::chrono::milliseconds(0)).versions >
            tell(story, false, std::chrono::milliseconds(0)).versions);
    }
  }

  TEST_CASE("a write that did not happen is made after the wait") {
    const auto story = cases()[1];
    Rig rig({.read_lag = kLag});
    REQUIRE_FALSE(rig.apply(before(), {}).report.failed());
    rig.wait(kLag);
    const JsonObject match{{"method", story.method}, {"path", story.path}};
    rig.control("POST", "faults", JsonObject{{"match", match}, {"times", 1}, {"fault", "truncate"}, {"status", 500}});
    CHECK_FALSE(rig.apply(story.after, {.read_lag = kPatience}).report.failed());
    rig.wait(kLag);
    CHECK_FALSE(rig.plan(story.after, {}).plan->has_changes());
  }
}
