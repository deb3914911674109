#include "reconciler/plan/targets.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using test::key;
using test::manifest;

namespace {

using Secrets = std::map<std::string, std::map<std::string, SecretTarget>>;

Secrets secret_of_a(const std::string& fingerprint) {
  return {{"a", {{"KEY", {SecretTarget::State::available, fingerprint, ""}}}}};
}

}  // namespace

TEST_SUITE("targets") {
  TEST_CASE("a Worker that is the same in memory keeps its target, and a new one gets its own") {
    manifests::DesiredState first;
    first.workers = {manifest("a"), manifest("b")};
    const auto before = make_targets(first, {}, key());
    manifests::DesiredState second;
    auto items = first.workers.items();
    items[1] = std::make_shared<const manifests::DesiredWorker>(manifest("b", R"({"logpush": true})"));
    second.workers = SharedList<manifests::DesiredWorker>(std::move(items));
    const auto after = make_targets(second, {}, key(), {}, &before);
    REQUIRE(after.size() == 2);
    CHECK(&after[0] == &before[0]);
    CHECK(after[1].identity != before[1].identity);
    CHECK(after[1].identity == make_targets(second, {}, key())[1].identity);
  }

  TEST_CASE("a secret or assets that changed make a target anew, though the manifest is the same") {
    manifests::DesiredState desired;
    auto worker = manifest("a");
    worker.secrets["KEY"] = {"default", "key", {}};
    desired.workers = {worker};
    const auto before = make_targets(desired, secret_of_a("one"), key());
    CHECK(&make_targets(desired, secret_of_a("one"), key(), {}, &before)[0] == &before[0]);
    const auto rotated = make_targets(desired, secret_of_a("two"), key(), {}, &before);
    CHECK(rotated[0].attestation.secrets != before[0].attestation.secrets);
    const auto assets = std::make_shared<const AssetsTarget>(AssetsTarget{.listing = {}, .digest = "d", .problem = {}});
    const auto with_assets = make_targets(desired, secret_of_a("one"), key(), {{"a", assets}}, &before);
    CHECK(with_assets[0].assets == assets);
    CHECK(with_assets[0].attestation.assets == "d");
  }
}
