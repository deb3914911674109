#include "reconciler/explain/drift_values.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reconciler/parts/routes.h"
#include "tests/unit/reconciler/explain/account.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

// Files in memory.
class Files final : public manifests::SourceTree {
 public:
  explicit Files(std::map<std::string, std::string> files) : files_(std::move(files)) {
    std::vector<manifests::TreeEntry> entries;
    entries.reserve(files_.size());
    for (const auto& [path, bytes] : files_) entries.push_back({.path = path, .id = {}, .size = bytes.size()});
    entries_ = SharedList<manifests::TreeEntry>(entries);
  }
  [[nodiscard]] std::string revision() const override { return "folder"; }
  [[nodiscard]] const SharedList<manifests::TreeEntry>& entries() const override { return entries_; }
  [[nodiscard]] const std::vector<manifests::UnreadEntry>& unread() const override { return unread_; }
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t /*cap*/) const override {
    const auto found = files_.find(std::string(path));
    if (found == files_.end()) return fail("no such file");
    return found->second;
  }
  [[nodiscard]] std::map<std::string, std::string> with(const std::map<std::string, std::string>& changed) const {
    auto all = files_;
    for (const auto& [path, bytes] : changed) all[path] = bytes;
    return all;
  }

 private:
  std::map<std::string, std::string> files_;
  SharedList<manifests::TreeEntry> entries_;
  std::vector<manifests::UnreadEntry> unread_;
};

constexpr std::string_view kCheckout = R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: checkout}
spec:
  main: index.js
  compatibility_date: 2026-01-01 # pinned
  compatibility_flags: [nodejs_compat, b_flag]
  logpush: true
  limits: {cpu_ms: 50}
  placement: {mode: smart}
  tags:
    - team # who
  bindings:
    GREETING: {type: plain_text, text: hello} # seen by all
    AUTH:
      type: service
      service: auth
      environment: production
    OLD: {type: kv_namespace, namespace_id: 0f2ac74b498b48028cb68387c421e279}
  schedules: ["*/5 * * * *", "0 0 * * *"]
  subdomain: {enabled: true}
  routes:
    - {pattern: shop.example.com/*, zone: example.com}
    - {pattern: old.example.com/*, zone: example.com}
)";

std::map<std::string, std::string> one_manifest() {
  return {{"w/checkout.yaml", std::string(kCheckout)}, {"w/index.js", "export default {}"}};
}

manifests::DesiredWorker loaded(const std::map<std::string, std::string>& files) {
  const auto state = manifests::load_manifests(std::make_shared<Files>(files), {});
  for (const auto& diagnostic : state.diagnostics) MESSAGE(to_text(diagnostic));
  REQUIRE(state.workers.size() == 1);
  return *state.workers.begin();
}

// An account in which somebody has edited what the journal applied from these files.
struct Edited : ExposedAccount {
  explicit Edited(const std::map<std::string, std::string>& files) {
    want(target_of(loaded(files)));
    auto worker = live_as(targets.back());
    worker.entry["tags"] = JsonArray{kOurs, "team"};
    set_live(worker, "annotations", "{}");
    set_live(worker, "tags", R"([")" + kOurs + R"(", "team"])");
    worker.content = Known<LiveContent>::known({targets.back().attestation.modules, {}});
    memory_of(worker).applied = targets.back().identity;
    memory_of(worker).managed = targets.back().managed;
    have(std::move(worker));
    for (const auto& route : targets.back().desired->routes.value_or(std::vector<manifests::DesiredRoute>())) {
      have_route(route.pattern, "checkout");
      live.zones.memory[route_key(kExampleZone, route.pattern)] = {
          "r" + std::to_string(live.zones.zones[kExampleZone].routes->size() - 1), "checkout", {}};
    }
  }
  LiveWorker& worker() { return live.workers.at("checkout"); }
};

// The same account, with the files as they are afterwards.
std::vector<std::string> drift_after(Edited account, const std::map<std::string, std::string>& files) {
  account.targets = {target_of(loaded(files))};
  account.desired.workers = {*account.targets.back().desired};
  memory_of(account.worker()).applied = account.targets.back().identity;
  const auto plan = account.plan();
  std::vector<std::string> out;
  for (const auto& line : change_of(plan, "checkout").lines) {
    if (line.is_difference()) out.push_back(line.what);
  }
  for (const auto& exposure : change_of(plan, "checkout").exposure) {
    if (exposure.action != Action::no_op) out.push_back(address_of(exposure));
  }
  return out;
}

std::vector<std::string> whats(const std::vector<manifests::NotAccepted>& refused) {
  std::vector<std::string> out;
  out.reserve(refused.size());
  for (const auto& one : refused) out.push_back(one.what);
  return out;
}

}  // namespace

TEST_CASE("every live value goes into the manifest, and the plan after it has none of the lines") {
  Edited account(one_manifest());
  auto& live = account.worker();
  set_live(live, "compatibility_date", R"("2026-10-01")");
  set_live(live, "compatibility_flags", R"(["b_flag", "c_flag"])");
  set_live(live, "logpush", "false");
  set_live(live, "limits", "{}");
  set_live(live, "placement", "{}");
  set_live(live, "bindings", R"([{"name": "GREETING", "type": "plain_text", "text": "hi ${you}"},
    {"name": "AUTH", "type": "service", "service": "login"},
    {"name": "NEW", "type": "r2_bucket", "bucket_name": "b"}])");
  live.parts["schedules"] = JsonArray{"*/5 * * * *", "1 1 * * *"};
  live.parts["subdomain"] = object(R"({"enabled": false})");
  auto routes = *account.live.zones.zones[kExampleZone].routes;
  routes.pop_back();
  account.live.zones.zones[kExampleZone].routes = Known<std::vector<LiveRoute>>::known(std::move(routes));
  account.have_route("new.example.com/*", "checkout");
  const auto plan = account.plan();
  const auto values = drift_values(change_of(plan, "checkout"));
  CHECK(values.refused.empty());
  const auto files = std::make_shared<Files>(one_manifest());
  const auto accepted = manifests::accept_live(files, {}, {values.worker});
  for (const auto& refused : accepted.refused) MESSAGE(refused.value.what << " " << refused.value.message);
  CHECK(accepted.refused.empty());
  REQUIRE(accepted.files.size() == 1);
  CHECK(accepted.files.begin()->second == R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: checkout}
spec:
  main: index.js
  compatibility_date: 2026-10-01 # pinned
  compatibility_flags: [b_flag, c_flag]
  logpush: false
  limits: {}
  placement: {}
  tags:
    - team # who
  bindings:
    GREETING: {type: plain_text, text: "hi $${you}"} # seen by all
    AUTH:
      type: service
      service: login
      environment: production
    NEW:
      type: r2_bucket
      bucket_name: b
  schedules: ["*/5 * * * *", "1 1 * * *"]
  subdomain: {enabled: false}
  routes:
    - {pattern: shop.example.com/*, zone: example.com}
    - {pattern: "new.example.com/*", zone: example.com}
)");
  CHECK(drift_after(account, files->with(accepted.files)).empty());
}

TEST_CASE("secrets, code and what is given by name are named and never accepted") {
  auto files = one_manifest();
  auto& text = files["w/checkout.yaml"];
  text.replace(text.find("namespace_id: 0f2ac74b498b48028cb68387c421e279"), 46, "title: carts");
  Edited account(files);
  account.live.resources[ResourceKind::kv_namespace].items =
      Known<ResourceIds>::known({{"carts", {"0f2ac74b498b48028cb68387c421e279"}}});
  auto named = account.targets.front();
  named.names.front().id = "0f2ac74b498b48028cb68387c421e279";
  account.targets.replace(0, std::move(named));
  auto& live = account.worker();
  set_live(live, "bindings", R"([{"name": "GREETING", "type": "secret_text"},
    {"name": "AUTH", "type": "service", "service": "auth"},
    {"name": "OLD", "type": "kv_namespace", "namespace_id": "ffffffffffffffffffffffffffffffff"}])");
  live.content = Known<LiveContent>::known({std::string(32, '0'), {}});
  const auto plan = account.plan();
  const auto values = drift_values(change_of(plan, "checkout"));
  CHECK(values.worker.values.empty());
  const auto refused = whats(values.refused);
  CHECK(std::ranges::find(refused, "binding GREETING") != refused.end());
  CHECK(std::ranges::find(refused, "binding OLD") != refused.end());
}

TEST_CASE("what Defaults or a placeholder give is named with its file and line, and the rest is written") {
  auto files = one_manifest();
  files["defaults.yaml"] =
      "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec:\n  observability: {enabled: true}\n";
  auto& text = files["w/checkout.yaml"];
  text.replace(text.find("{cpu_ms: 50}"), 12, "\n    cpu_ms: ${CPU:=50}");
  Edited account(files);
  set_live(account.worker(), "observability", R"({"enabled": false})");
  set_live(account.worker(), "limits", R"({"cpu_ms": 100})");
  set_live(account.worker(), "compatibility_date", R"("2026-10-01")");
  const auto plan = account.plan();
  const auto accepted =
      manifests::accept_live(std::make_shared<Files>(files), {}, {drift_values(change_of(plan, "checkout")).worker});
  REQUIRE(accepted.files.size() == 1);
  CHECK(accepted.files.begin()->second.contains("2026-10-01 # pinned"));
  std::vector<std::string> refused;
  refused.reserve(accepted.refused.size());
  for (const auto& one : accepted.refused) {
    refused.push_back(one.value.where.file + ":" + std::to_string(one.value.where.line) + " " + one.value.message);
  }
  std::ranges::sort(refused);
  CHECK(refused ==
        std::vector<std::string>{"defaults.yaml:4 it comes from Defaults", "w/checkout.yaml:10 it comes from a ${}"});
}

TEST_CASE("a file that would not say what is live stays as it is") {
  const auto files = one_manifest();
  const auto worker = loaded(files);
  // A date that no manifest may state.
  manifests::AcceptedWorker wanted{.name = "checkout", .where = worker.where, .values = {}};
  wanted.values.push_back(
      {manifests::AcceptedValue::How::set, {"compatibility_date"}, "tomorrow", {}, "compatibility_date"});
  const auto accepted = manifests::accept_live(std::make_shared<Files>(files), {}, {wanted});
  CHECK(accepted.files.empty());
  REQUIRE(accepted.refused.size() == 1);
  CHECK(accepted.refused.front().value.message.contains("write it by hand"));
}

TEST_CASE("what ignore can leave to others is told as pointers, the rest by name") {
  Edited account(one_manifest());
  set_live(account.worker(), "limits", R"({"cpu_ms": 100})");
  set_live(account.worker(), "bindings", R"([{"name": "GREETING", "type": "plain_text", "text": "hi"},
    {"name": "A/B", "type": "ai"}, {"name": "AUTH", "type": "service", "service": "auth"},
    {"name": "OLD", "type": "kv_namespace", "namespace_id": "0f2ac74b498b48028cb68387c421e279"}])");
  account.worker().parts["schedules"] = JsonArray();
  account.have_route("new.example.com/*", "checkout");
  const auto plan = account.plan();
  const auto ignores = drift_ignores(change_of(plan, "checkout"));
  CHECK(ignores.pointers == std::vector<std::string>{"/limits/cpu_ms", "/bindings/GREETING", "/bindings/A~1B"});
  CHECK(ignores.not_ignorable ==
        std::vector<std::string>{"schedule */5 * * * *", "schedule 0 0 * * *", "route.new.example.com/*"});
}

TEST_CASE("what has not drifted is not accepted") {
  World world;
  world.want(target_of(manifest("web", R"({"compatibility_date": "2026-10-01"})")));
  auto live = live_as(world.targets.back());
  set_live(live, "compatibility_date", R"("2026-01-01")");
  world.have(live);
  const auto plan = world.plan();
  CHECK(drift_values(change_of(plan, "web")).worker.values.empty());
  CHECK(drift_ignores(change_of(plan, "web")).pointers.empty());
  CHECK(drift_values(WorkerChange{}).worker.values.empty());
}
