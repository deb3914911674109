#include "reconciler/parts/assets.h"

#include <doctest/doctest.h>

#include "reconciler/plan/after_calls.h"
#include "reconciler/plan/bootstrap.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/plan_state.h"
#include "reconciler/plan/render.h"
#include "reconciler/plan/targets.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

using Files = std::map<std::string, std::string>;

manifests::AssetListing listing_of(const Files& files, JsonObject config = {}) {
  manifests::AssetListing listing{{}, std::move(config)};
  for (const auto& [path, bytes] : files) {
    listing.files.push_back({path, "public" + path, manifests::asset_hash(bytes, path), bytes.size()});
  }
  return listing;
}

const Files kSite{{"/index.html", "hello"}, {"/copy.html", "hello"}, {"/style.css", "body{}"}};

Target serving(manifests::DesiredWorker worker, const Files& files = kSite, JsonObject config = {}) {
  worker.assets.emplace();
  worker.assets->directory = "public";
  auto assets = std::make_shared<AssetsTarget>();
  assets->listing = listing_of(files, std::move(config));
  assets->digest = assets_digest(assets->listing);
  manifests::DesiredState desired;
  desired.workers = {worker};
  return make_targets(desired, {}, key(), {{worker.name, std::move(assets)}}).front();
}

using Operations = std::vector<std::string_view>;

Operations operations_of(const std::vector<PlannedCall>& calls) {
  std::vector<std::string_view> out;
  out.reserve(calls.size());
  for (const auto& call : calls) out.push_back(call.operation->name);
  return out;
}

Plan plan_of(Target target, std::optional<LiveWorker> live) {
  World world;
  world.want(std::move(target));
  if (live) world.have(std::move(*live));
  return world.plan();
}

}  // namespace

TEST_SUITE("assets") {
  TEST_CASE("the digest is that of files by path and of the configuration") {
    const auto digest = assets_digest(listing_of(kSite));
    CHECK(digest.size() == 32);
    CHECK(digest == assets_digest(listing_of(kSite)));
    CHECK(digest != assets_digest(listing_of({{"/index.html", "hello"}})));
    CHECK(digest != assets_digest(listing_of(kSite, {{"_headers", "x"}})));
    auto moved = kSite;
    moved.erase("/copy.html");
    moved["/other.html"] = "hello";
    CHECK(digest != assets_digest(listing_of(moved)));
  }

  TEST_CASE("a session asks with hash and size by path, and for each file once") {
    const auto manifest = assets_manifest(listing_of({{"/a.txt", "abc"}}));
    CHECK(to_canonical_text(manifest) ==
          R"({"/a.txt":{"hash":")" + manifests::asset_hash("abc", "a.txt") + R"(","size":3}})");
    CHECK(distinct_files(listing_of(kSite)) == 2);
  }

  TEST_CASE("a new Worker's assets are brought by a session before its upload, which attests them") {
    const auto target = serving(manifest("site"), kSite, {{"html_handling", "none"}});
    const auto made = calls(target, nullptr);
    REQUIRE(operations_of(made) == Operations{"create_assets_session", "upload_script"});
    CHECK(made[0].path() == "/accounts/{account_id}/workers/scripts/site/assets-upload-session");
    CHECK(made[0].why == "ask which assets are missing and upload those, in at most 2 further calls");
    // The token is put in when it is sent: a plan never holds it.
    CHECK(to_text(made[1].body.at("assets")) == R"({"config":{"html_handling":"none"}})");
    CHECK(member(made[1].body, "keep_assets") == nullptr);
    CHECK(attestation_of(member(made[1].body, "annotations"))->assets == target.assets->digest);
  }

  TEST_CASE("attested assets need no call, and an upload for another reason keeps them") {
    const auto live = live_as(serving(manifest("site")));
    CHECK(calls(serving(manifest("site")), &live).empty());
    auto worker = manifest("site");
    worker.modules.front().sha256 = sha256_hex("new");
    const auto made = calls(serving(worker), &live);
    REQUIRE(operations_of(made) == Operations{"upload_script"});
    CHECK(made[0].body.at("keep_assets").as_bool());
    CHECK(member(made[0].body, "assets") == nullptr);
  }

  TEST_CASE("changed assets, or a changed configuration, are one session and one upload") {
    const auto live = live_as(serving(manifest("site")));
    for (const auto& target :
         {serving(manifest("site"), {{"/index.html", "new"}}), serving(manifest("site"), kSite, {{"_headers", "x"}})}) {
      const auto made = calls(target, &live);
      REQUIRE(operations_of(made) == Operations{"create_assets_session", "upload_script"});
      CHECK(made[1].why == "bring the assets");
    }
  }

  TEST_CASE("assets that nothing attests are brought once") {
    auto live = live_as(serving(manifest("site")));
    auto settings = *live.settings;
    settings.erase("annotations");
    live.settings = Known<JsonObject>::known(settings);
    live.version = Known<JsonObject>::absent();
    const auto target = serving(manifest("site"));
    live.content = Known<LiveContent>::known({target.attestation.modules, {}});
    const auto diff = diff_of(target, &live);
    CHECK(diff.of(code_part()) == nullptr);
    CHECK(diff.of(assets_part()) != nullptr);
    CHECK(diff.lines().front() == ChangeLine{'?', "assets", "(3 files, 16 B), unattested; uploaded again", {}});
    CHECK(operations_of(calls(target, &live)) == Operations{"create_assets_session", "upload_script"});
  }

  TEST_CASE("unmanaged assets stay, and what is attested of them goes on") {
    auto live = live_as(serving(manifest("site")));
    live.entry["has_assets"] = true;
    CHECK(calls(target_of(manifest("site")), &live).empty());
    const auto made = calls(target_of(manifest("site", R"({"compatibility_date": "2026-10-01"})")), &live);
    REQUIRE(operations_of(made) == Operations{"patch_settings"});
    CHECK(attestation_of(member(made[0].body, "annotations"))->assets == serving(manifest("site")).assets->digest);
  }

  TEST_CASE("where the newest version is not the active one, its assets are not kept") {
    const auto target = serving(manifest("site"));
    auto live = remembered_as(target);
    memory_of(live).newest_undeployed = true;
    auto worker = manifest("site", R"({"compatibility_date": "2026-10-01"})");
    CHECK(operations_of(calls(serving(worker), &live)) == Operations{"create_assets_session", "upload_script"});
  }

  TEST_CASE("a Worker of assets alone has no code in its upload") {
    auto worker = manifest("site");
    worker.modules.clear();
    const auto target = serving(worker);
    const auto made = calls(target, nullptr);
    REQUIRE(operations_of(made) == Operations{"create_assets_session", "upload_script"});
    CHECK(member(made[1].body, "main_module") == nullptr);
    CHECK(made[1].modules.empty());
    const auto live = live_as(target);
    CHECK(calls(target, &live).empty());
  }

  TEST_CASE("in a circle the assets come with the first upload, once") {
    auto worker = manifest("site", R"({"bindings": {"OTHER": {"type": "service", "service": "other"}}})");
    const auto target = serving(worker);
    WorkerChange change;
    change.calls = bootstrap_calls(target, {"other"}, Alone(target, nullptr).account(), "main@sha1:0123456789abcdef");
    CHECK(operations_of(change.calls) == Operations{"create_assets_session", "upload_script", "patch_settings"});
    CHECK(change.bootstrap_calls() == 2);
  }

  TEST_CASE("the plan says what is brought, and how many uploads that may need") {
    const auto text = render_text(plan_of(serving(manifest("site")), std::nullopt), Colour::off);
    CHECK(text.find("      + assets                   (3 files, 16 B)\n") != std::string::npos);
    CHECK(text.find("2 API calls and at most 2 uploads of assets, about 1 s") != std::string::npos);
    const auto live = live_as(serving(manifest("site"), {{"/index.html", "old"}}));
    const auto change = render_text(plan_of(serving(manifest("site")), live), Colour::off);
    CHECK(change.find("2 calls: POST assets, PUT upload") != std::string::npos);
    CHECK(change.find("      ~ assets                   (3 files, 16 B)\n") != std::string::npos);
  }

  TEST_CASE("the digest of a plan depends on the assets") {
    const auto before = live_as(serving(manifest("site"), {{"/index.html", "old"}}));
    const auto plan = plan_of(serving(manifest("site")), before);
    CHECK(plan.digest != plan_of(serving(manifest("site"), {{"/index.html", "new"}}), before).digest);
    const auto& change = change_of(plan, "site");
    CHECK(string_member(state_after(change), "assets") == serving(manifest("site")).assets->digest);
    CHECK(string_member(state_before(change), "assets") != string_member(state_after(change), "assets"));
  }

  TEST_CASE("files that cannot be read block their Worker") {
    auto target = serving(manifest("site"));
    auto broken = std::make_shared<AssetsTarget>();
    broken->problem = "it vanished";
    target.assets = broken;
    const auto plan = plan_of(target, std::nullopt);
    CHECK(change_of(plan, "site").block->message == "its assets cannot be read: it vanished");
    CHECK_FALSE(plan.has_writes());
  }

  TEST_CASE("after an upload with assets the Worker is clean, and nothing of the session is remembered") {
    const auto target = serving(manifest("site"));
    const auto made = written(target, nullptr);
    const auto answer = object(R"({"id": "site", "etag": "e9", "modified_on": "m9", "tag": "t9"})");
    const auto memory = after_calls(made, &answer, TimePoint());
    CHECK_FALSE(memory.dirty);
    CHECK_FALSE(memory.settings.contains("assets"));
    CHECK(memory.attestation == target.attestation);
  }
}
