#include "reconciler/plan/targets.h"

#include "reconciler/model/canonical.h"
#include "reconciler/model/live.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/unseen.h"

namespace plumbline::reconciler {
namespace {

std::string digest_of(const manifests::DesiredWorker& worker) {
  std::vector<ModuleIdentity> modules;
  modules.reserve(worker.modules.size());
  for (const auto& module : worker.modules) {
    modules.push_back({module.name, module.content_type, module.sha256});
  }
  return modules_digest(worker.syntax, std::move(modules));
}

std::map<std::string, SecretTarget> secrets_of(const manifests::DesiredWorker& worker,
                                               const std::map<std::string, std::map<std::string, SecretTarget>>& all) {
  std::map<std::string, SecretTarget> secrets;
  const auto found = all.find(worker.name);
  for (const auto& [name, reference] : worker.secrets) {
    secrets[name] = {};
    if (found == all.end()) continue;
    if (const auto secret = found->second.find(name); secret != found->second.end()) {
      secrets[name] = secret->second;
    }
  }
  return secrets;
}

// Without the value of every secret nothing can be said about the whole.
std::string digest_of(const std::map<std::string, SecretTarget>& secrets, const Secret& key) {
  std::map<std::string, std::string> fingerprints;
  for (const auto& [name, secret] : secrets) {
    if (secret.fingerprint.empty()) return "-";
    fingerprints[name] = secret.fingerprint;
  }
  return secrets_digest(key, fingerprints);
}

// What follows from a manifest, its secrets and its assets.
void complete(Target& target, const Secret& fingerprint_key) {
  const auto& worker = *target.manifest;
  target.desired = target.manifest;
  if (worker.schedules) target.schedules = canonical_schedules(*worker.schedules);
  target.settings = canonical_settings(worker.settings);
  target.names = named_bindings(worker.settings);
  target.attestation.modules = digest_of(worker);
  target.attestation.assets = target.assets ? target.assets->digest : "-";
  target.attestation.secrets = digest_of(target.secrets, fingerprint_key);
  // What is ignored is left to others, live or not: no version of ours says anything about it.
  target.attestation.unseen = worker.ignore.empty() ? unseen_digest(target.settings)
                                                    : unseen_digest(without_ignored(target.settings, worker.ignore));
  target.attestation.key_id = target.attestation.secrets == "-" ? "-" : key_id(fingerprint_key);
  target.managed = managed_parts(worker);
  target.identity = target_identity(target);
}

// The targets of an earlier revision, by the manifests that they were made from.
std::map<const manifests::DesiredWorker*, std::shared_ptr<const Target>> by_manifest(const TargetList* targets) {
  std::map<const manifests::DesiredWorker*, std::shared_ptr<const Target>> out;
  if (targets == nullptr) return out;
  for (const auto& target : targets->items()) out.emplace(target->manifest.get(), target);
  return out;
}

}  // namespace

TargetList make_targets(const manifests::DesiredState& desired,
                        const std::map<std::string, std::map<std::string, SecretTarget>>& secrets,
                        const Secret& fingerprint_key,
                        const std::map<std::string, std::shared_ptr<const AssetsTarget>>& assets,
                        const TargetList* before) {
  const auto earlier = by_manifest(before);
  TargetList targets;
  targets.reserve(desired.workers.size());
  for (const auto& item : desired.workers.items()) {
    auto of_worker = secrets_of(*item, secrets);
    const auto found = assets.find(item->name);
    const auto same = earlier.find(item.get());
    if (same != earlier.end() && found == assets.end() && same->second->secrets == of_worker) {
      targets.share(same->second);
      continue;
    }
    Target target;
    target.manifest = item;
    target.secrets = std::move(of_worker);
    if (found != assets.end()) target.assets = found->second;
    complete(target, fingerprint_key);
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace plumbline::reconciler
