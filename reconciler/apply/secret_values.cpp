#include "reconciler/apply/secret_values.h"

namespace plumbline::reconciler {
namespace {

Result<Secret> read_value(const manifests::SecretReference& reference, const SecretStores& stores) {
  const auto store = stores.find(reference.store);
  if (store == stores.end()) return fail("this run has no secret store \"" + reference.store + "\"");
  auto value = store->second->read(reference.key);
  if (value && value->empty()) return fail("the value in store \"" + reference.store + "\" is empty");
  return value;
}

SecretTarget look_up(const std::string& name, const manifests::SecretReference& reference, const SecretStores& stores,
                     const Secret& key) {
  SecretTarget target;
  const auto value = read_value(reference, stores);
  if (value) {
    target.state = SecretTarget::State::available;
    target.fingerprint = secret_fingerprint(key, name, value->reveal());
  } else {
    target.state = stores.contains(reference.store) ? SecretTarget::State::missing : SecretTarget::State::unreachable;
    target.problem = value.error().message;
  }
  return target;
}

}  // namespace

SecretTargets fingerprint_secrets(const manifests::DesiredState& desired, const SecretStores& stores,
                                  const Secret& fingerprint_key) {
  SecretTargets targets;
  for (const auto& worker : desired.workers) {
    for (const auto& [name, reference] : worker.secrets) {
      targets[worker.name][name] = look_up(name, reference, stores, fingerprint_key);
    }
  }
  return targets;
}

Result<std::map<std::string, Secret>> read_secret_values(const Target& target, const std::vector<std::string>& names,
                                                         const SecretStores& stores, const Secret& fingerprint_key) {
  std::map<std::string, Secret> values;
  for (const auto& name : names) {
    auto value = read_value(target.desired->secrets.at(name), stores);
    if (!value) return fail("secret " + name + ": " + value.error().message);
    // The annotation of the new version attests what was planned.
    if (secret_fingerprint(fingerprint_key, name, value->reveal()) != target.secrets.at(name).fingerprint) {
      return fail("secret " + name + " changed in its store since the plan was made");
    }
    values.emplace(name, std::move(*value));
  }
  return values;
}

}  // namespace plumbline::reconciler
