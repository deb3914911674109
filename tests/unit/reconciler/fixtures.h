#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"
#include "reconciler/parts/parts.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/missing.h"
#include "reconciler/plan/planner.h"
#include "reconciler/plan/targets.h"

/// Workers and accounts in a few words, for tests of the pure core.
namespace plumbline::reconciler::test {

inline const Owner kOwner{"edge", "production"};
inline const std::string kOurs = "plumbline=edge/production";

inline JsonObject object(std::string_view json) {
  return parse_json(json).value().get_object();
}

inline manifests::DesiredWorker manifest(const std::string& name, std::string_view settings = "{}") {
  manifests::DesiredWorker worker;
  worker.name = name;
  worker.where = {"workers/" + name + ".yaml", 4, 9};
  worker.modules = {
      {"index.js", "workers/index.js", "application/javascript+module", sha256_hex("code of " + name), 20}};
  worker.settings = object(settings);
  return worker;
}

/// With settings of both kinds, a secret, an address and a trigger.
inline manifests::DesiredWorker rich(const std::string& name) {
  auto worker = manifest(name, R"({"compatibility_date": "2026-01-01", "logpush": true, "tags": ["team"],
    "bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}})");
  worker.subdomain = object(R"({"enabled": true})");
  worker.schedules = {"*/5 * * * *"};
  worker.secrets["API_KEY"] = {"default", "api-key", {}};
  return worker;
}

inline Secret key() {
  return Secret("a fingerprint key of the tests");
}

inline Target target_of(const manifests::DesiredWorker& worker,
                        const std::map<std::string, std::string>& secret_values = {}) {
  manifests::DesiredState desired;
  desired.workers = {worker};
  std::map<std::string, std::map<std::string, SecretTarget>> secrets;
  for (const auto& [name, value] : secret_values) {
    secrets[worker.name][name] = {SecretTarget::State::available, secret_fingerprint(key(), name, value), ""};
  }
  return make_targets(desired, secrets, key()).front();
}

/// A live Worker that was read in full and is exactly what `target` asks for, made by us.
inline LiveWorker live_as(const Target& target) {
  LiveWorker live;
  live.name = target.desired->name;
  live.entry = object(R"({"etag": "e1", "modified_on": "2026-01-01T00:00:00Z", "tag": "t1"})");
  live.entry["id"] = live.name;
  JsonObject settings = target.desired->settings;
  JsonArray bindings;
  if (const auto* stated = member(settings, "bindings")) {
    for (const auto& entry : stated->get_object()) {
      JsonObject binding = entry.value().get_object();
      binding["name"] = entry.key();
      bindings.push_back(std::move(binding));
    }
  }
  for (const auto& [name, secret] : target.secrets) {
    bindings.push_back({{"name", name}, {"type", "secret_text"}});
  }
  settings["bindings"] = std::move(bindings);
  JsonArray tags{ownership_tag({kOwner, !target.desired->prune})};
  if (const auto* stated = member(settings, "tags")) {
    for (const auto& tag : stated->get_array()) tags.push_back(tag);
  }
  settings["tags"] = tags;
  live.entry["tags"] = tags;
  settings["annotations"] =
      annotations_for(target.attestation, "main@sha1:0123456789abcdef", target.desired->where.file);
  live.settings = Known<JsonObject>::known(std::move(settings));
  if (target.desired->subdomain) live.parts["subdomain"] = *target.desired->subdomain;
  if (const auto& crons = target.desired->schedules) live.parts["schedules"] = JsonArray(crons->begin(), crons->end());
  Deployment deployment;
  deployment.versions = {{"11111111-2222-3333-4444-555555555555", 100}};
  live.deployment = Known<Deployment>::known(std::move(deployment));
  return live;
}

inline void set_live(LiveWorker& live, std::string_view key, std::string_view json) {
  JsonObject settings = *live.settings;
  settings[key] = parse_json(json).value();
  live.settings = Known<JsonObject>::known(std::move(settings));
}

/// Somebody made `newest` and went back from it to the version that is active.
inline void roll_back(LiveWorker& live, Version newest) {
  auto deployment = *live.deployment;
  deployment.redeployed = true;
  Version active{.id = deployment.versions.front().version_id};
  live.deployment = Known<Deployment>::known(std::move(deployment));
  live.versions = Known<Versions>::known({std::move(newest), std::move(active)});
}

/// Somebody made the active version, which attests nothing, from one of ours that held what `before` asks for.
inline void edit_live(LiveWorker& live, const Target& before) {
  set_live(live, "annotations", "{}");
  live.content = Known<LiveContent>::known({before.attestation.modules, {}});
  const auto was = live_as(before);
  Version base{.id = "base", .attestation = before.attestation, .settings = *was.settings};
  for (const auto* key : {"annotations", "tags", "logpush", "observability"}) base.settings.erase(key);
  Version active{.id = live.deployment->versions.front().version_id,
                 .maker = {"dash", "jo@example.com", "2026-10-01T00:00:00Z"}};
  live.versions = Known<Versions>::known({std::move(active), std::move(base)});
}

/// The same, not read in this pass, but remembered and unmoved.
inline LiveWorker remembered_as(const Target& target) {
  LiveWorker live = live_as(target);
  Observation memory;
  memory.list_key = list_key(live.entry);
  memory.settings = *live.settings;
  memory.parts = live.parts;
  memory.attestation = target.attestation;
  memory.applied = target.identity;
  memory.managed = target.managed;
  for (const auto& [name, secret] : target.secrets) memory.secret_fingerprints[name] = secret.fingerprint;
  memory.dirty = false;
  live.memory = std::make_shared<const Observation>(std::move(memory));
  live.clean = true;
  live.settings = {};
  live.parts = {};
  live.deployment = {};
  return live;
}

/// What is remembered of a Worker, to be changed: a copy that nobody else shares takes its place.
inline Observation& memory_of(LiveWorker& live) {
  auto memory = live.memory ? std::make_shared<Observation>(*live.memory) : std::make_shared<Observation>();
  auto& changeable = *memory;
  live.memory = std::move(memory);
  return changeable;
}

inline Policy policy(Prune prune = Prune::sync) {
  Policy policy;
  policy.owner = kOwner;
  policy.prune = prune;
  return policy;
}

/// An account and the manifests of a source.
struct World {
  TargetList targets;
  manifests::DesiredState desired;
  LiveState live;
  Policy policy = test::policy();

  World() {
    live.durable_classes.items = Known<DurableClasses>::known({});
    live.observed_at = std::chrono::sys_days{std::chrono::year(2026) / 12 / 1};
  }

  void want(Target target) {
    desired.workers.push_back(*target.desired);
    targets.push_back(std::move(target));
  }
  void have(LiveWorker worker) {
    auto name = worker.name;
    live.workers.insert_or_assign(std::move(name), std::move(worker));
  }
  [[nodiscard]] Plan plan() const {
    PlanInput input;
    input.account = "acc";
    input.targets = &targets;
    input.desired = &desired;
    input.live = &live;
    input.policy = policy;
    return make_plan(input);
  }
};

inline const WorkerChange& change_of(const Plan& plan, std::string_view name) {
  for (const auto& change : plan.workers) {
    if (change.name == name) return change;
  }
  throw std::out_of_range("no such Worker in the plan");
}

inline std::vector<Read> reads(const World& world, Refresh refresh) {
  return missing(world.targets, world.live, world.policy, refresh).reads;
}

/// A Worker that is alone in its account. `target` and `live`, which may be null, outlive it.
class Alone {
 public:
  Alone(const Target& target, const LiveWorker* live, Policy policy = test::policy())
      : targets_{target}, policy_(std::move(policy)) {
    state_.durable_classes.items = Known<DurableClasses>::known({});
    account_ = account_view(targets_, state_, policy_);
    subject_ = {&target, live, &account_};
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  Alone(Alone&&) = delete;
  Alone& operator=(Alone&&) = delete;
  ~Alone() = default;

  [[nodiscard]] const Subject& subject() const { return subject_; }
  [[nodiscard]] const AccountView& account() const { return account_; }

 private:
  TargetList targets_;
  LiveState state_;
  Policy policy_;
  AccountView account_;
  Subject subject_;
};

inline WorkerDiff diff_of(const Target& target, const LiveWorker* live) {
  return diff_worker(Alone(target, live).subject());
}

/// What a part has to bring, names of settings or of secrets.
inline std::vector<std::string> keys_of(const WorkerDiff& diff, const Part& part) {
  const auto* own = diff.of(part);
  return own != nullptr ? own->keys : std::vector<std::string>();
}

/// The change that mends the Worker.
inline WorkerChange written(const Target& target, const LiveWorker* live) {
  const Alone alone(target, live);
  auto made = calls_for(alone.subject(), diff_worker(alone.subject()), "main@sha1:0123456789abcdef");
  WorkerChange change;
  change.name = target.desired->name;
  change.target = std::make_shared<const Target>(target);
  if (live != nullptr) change.live = std::make_shared<const LiveWorker>(*live);
  change.calls = std::move(made.calls);
  change.parts_after = std::move(made.parts_after);
  return change;
}

inline std::vector<PlannedCall> calls(const Target& target, const LiveWorker* live) {
  return written(target, live).calls;
}

/// `PUT checkout/schedules`: methods, and paths below the scripts.
inline std::vector<std::string> shapes(const std::vector<PlannedCall>& calls) {
  std::vector<std::string> out;
  out.reserve(calls.size());
  for (const auto& call : calls) {
    const auto path = call.path();
    out.push_back(std::string(call.operation->method) + " " + path.substr(path.find("/scripts/") + 9));
  }
  return out;
}

}  // namespace plumbline::reconciler::test
