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

}  // namespace

std::vector<Target> make_targets(const manifests::DesiredState& desired,
                                 const std::map<std::string, std::map<std::string, SecretTarget>>& secrets,
                                 const Secret& fingerprint_key,
                                 const std::map<std::string, std::shared_ptr<const AssetsTarget>>& assets) {
  std::vector<Target> targets;
  targets.reserve(desired.workers.size());
  for (const auto& item : desired.workers.items()) {
    const auto& worker = *item;
    Target target;
    target.manifest = item;
    target.desired = item;
    if (worker.schedules) target.schedules = canonical_schedules(*worker.schedules);
    target.settings = canonical_settings(worker.settings);
    target.names = named_bindings(worker.settings);
    target.secrets = secrets_of(worker, secrets);
    target.attestation.modules = digest_of(worker);
    if (const auto found = assets.find(worker.name); found != assets.end()) target.assets = found->second;
    target.attestation.assets = target.assets ? target.assets->digest : "-";
    target.attestation.secrets = digest_of(target.secrets, fingerprint_key);
    // What is ignored is left to others, live or not: no version of ours says anything about it.
    target.attestation.unseen = worker.ignore.empty() ? unseen_digest(target.settings)
                                                      : unseen_digest(without_ignored(target.settings, worker.ignore));
    target.attestation.key_id = target.attestation.secrets == "-" ? "-" : key_id(fingerprint_key);
    target.managed = managed_parts(worker);
    target.identity = target_identity(target);
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace plumbline::reconciler
