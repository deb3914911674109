#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>

#include "reconciler/parts/assets.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/targets.h"
#include "tests/unit/reconciler/fixtures.h"

/// Every combination of changed parts of a Worker, with the calls that are optimal for it. The optimum is found by
/// trying all sets of calls, from what each call can do alone (developers.cloudflare.com/api/resources/workers/): it
/// knows nothing of how calls_for() decides.
using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

enum Changed : unsigned {
  code = 1U << 0U,
  versioned = 1U << 1U,  // settings of a version
  bindings = 1U << 2U,
  put_secret = 1U << 3U,
  delete_secret = 1U << 4U,
  script = 1U << 5U,  // settings of the script
  ownership = 1U << 6U,
  subdomain = 1U << 7U,
  schedules = 1U << 8U,
  migrations = 1U << 9U,
  assets = 1U << 10U,
};
constexpr unsigned kCombinations = 1U << 11U;

/// One call: what it mends, and what it asks of the others.
struct Call {
  std::string_view shape;
  unsigned mends = 0;
  unsigned weight = 0;  ///< of two sets with as many calls the lighter one is better: no version, no code
};

constexpr unsigned kOfVersion = versioned | bindings | put_secret | script | ownership;

// In the order in which they are made.
constexpr std::array kCalls{
    Call{"POST site/assets-upload-session", 0, 1},  // of no use but before an upload with new assets
    Call{"DELETE site/secrets/FOREIGN", delete_secret, 1},
    Call{"PUT site", code | kOfVersion | migrations | assets, 4},
    Call{"PATCH site/settings", kOfVersion, 3},
    Call{"PATCH site/script-settings", script | ownership, 2},
    Call{"POST site/subdomain", subdomain, 1},
    Call{"PUT site/schedules", schedules, 1},
};
constexpr unsigned kSession = 1U << 0U;
constexpr unsigned kDelete = 1U << 1U;
constexpr unsigned kUpload = 1U << 2U;
constexpr unsigned kPatch = 1U << 3U;

bool is_enough(unsigned calls, unsigned changed) {
  unsigned mended = 0;
  for (std::size_t i = 0; i < kCalls.size(); ++i) {
    if ((calls & (1U << i)) != 0) mended |= kCalls.at(i).mends;
  }
  if ((mended & changed) != changed) return false;
  if ((changed & assets) != 0 && (calls & kSession) == 0) return false;
  // Deleting a secret makes a version that says nothing of itself: one that does has to follow.
  return (calls & kDelete) == 0 || (calls & (kUpload | kPatch)) != 0;
}

unsigned weight_of(unsigned calls) {
  unsigned weight = 0;
  for (std::size_t i = 0; i < kCalls.size(); ++i) {
    if ((calls & (1U << i)) != 0) weight += kCalls.at(i).weight;
  }
  return weight;
}

std::vector<std::string> optimum(unsigned changed) {
  unsigned best = (1U << kCalls.size()) - 1;
  for (unsigned calls = 0; calls < (1U << kCalls.size()); ++calls) {
    if (!is_enough(calls, changed)) continue;
    const auto rank = [](unsigned set) { return std::pair(std::popcount(set), weight_of(set)); };
    if (rank(calls) < rank(best)) best = calls;
  }
  std::vector<std::string> shapes;
  for (std::size_t i = 0; i < kCalls.size(); ++i) {
    if ((best & (1U << i)) != 0) shapes.emplace_back(kCalls.at(i).shape);
  }
  return shapes;
}

Target target_with(unsigned changed) {
  auto worker = rich("site");
  worker.secrets_policy = manifests::SecretsPolicy::exact;
  worker.migrations = {{"v1", object(R"({"new_sqlite_classes": ["Cart"]})"), {}}};
  worker.assets.emplace();
  const auto is = [changed](Changed part) { return (changed & part) != 0; };
  if (is(code)) worker.modules.front().sha256 = sha256_hex("new code");
  if (is(versioned)) worker.settings["compatibility_date"] = "2026-10-01";
  if (is(bindings)) worker.settings["bindings"].get_object()["NEW"] = {{"type", "ai"}};
  if (is(script)) worker.settings["logpush"] = false;
  if (is(subdomain)) worker.subdomain = object(R"({"enabled": false})");
  if (is(schedules)) worker.schedules = Schedules();
  if (is(migrations)) worker.migrations->push_back({"v2", object(R"({"new_classes": ["Order"]})"), {}});

  auto site = std::make_shared<AssetsTarget>();
  const std::string page = is(assets) ? "new" : "old";
  site->listing.files = {{"/index.html", "public/index.html", manifests::asset_hash(page, "index.html"), page.size()}};
  site->digest = assets_digest(site->listing);
  const std::string value = is(put_secret) ? "rotated" : "value";
  manifests::DesiredState desired;
  desired.workers = {worker};
  return make_targets(
             desired,
             {{"site",
               {{"API_KEY", {SecretTarget::State::available, secret_fingerprint(key(), "API_KEY", value), ""}}}}},
             key(), {{"site", std::move(site)}})
      .front();
}

// As the manifest was before, with what somebody else did.
LiveWorker live_with(unsigned changed) {
  auto live = live_as(target_with(0));
  live.entry["migration_tag"] = "v1";
  live.entry["has_assets"] = true;
  if ((changed & delete_secret) != 0) {
    auto all = live.settings->at("bindings");
    all.get_array().push_back({{"name", "FOREIGN"}, {"type", "secret_text"}});
    set_live(live, "bindings", to_text(all));
  }
  if ((changed & ownership) != 0) {
    set_live(live, "tags", R"(["team"])");
    live.entry["tags"] = JsonArray{"team"};
  }
  return live;
}

}  // namespace

TEST_SUITE("call table") {
  TEST_CASE("the calls are the fewest and lightest for each of all combinations of changed parts") {
    for (unsigned changed = 0; changed < kCombinations; ++changed) {
      CAPTURE(changed);
      const auto live = live_with(changed);
      const auto target = target_with(changed);
      CHECK(diff_of(target, &live).empty() == (changed == 0));
      CHECK(shapes(calls(target, &live)) == optimum(changed));
    }
  }

  TEST_CASE("what is optimal for some combinations, in words") {
    using Shapes = std::vector<std::string>;
    CHECK(optimum(0).empty());
    CHECK(optimum(code | bindings | script | ownership) == Shapes{"PUT site"});
    CHECK(optimum(versioned | put_secret | script) == Shapes{"PATCH site/settings"});
    CHECK(optimum(script | ownership) == Shapes{"PATCH site/script-settings"});
    CHECK(optimum(delete_secret) == Shapes{"DELETE site/secrets/FOREIGN", "PATCH site/settings"});
    CHECK(optimum(migrations | versioned | schedules) == Shapes{"PUT site", "PUT site/schedules"});
    CHECK(optimum(assets | delete_secret | subdomain) ==
          Shapes{"POST site/assets-upload-session", "DELETE site/secrets/FOREIGN", "PUT site", "POST site/subdomain"});
  }

  TEST_CASE("a new Worker needs one upload, a session before it, and a call for each of its address and its triggers") {
    const auto target = target_with(0);
    CHECK(shapes(calls(target, nullptr)) == std::vector<std::string>{"POST site/assets-upload-session", "PUT site",
                                                                     "POST site/subdomain", "PUT site/schedules"});
  }
}
