#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulator/call.h"
#include "simulator/changes.h"

namespace plumbline::simulator {

/// Sets a secret, or removes it where `secret` is nothing.
struct SecretChange {
  std::string name;
  std::optional<Binding> secret;
};

/// Reads the `{NAME: {text, type} | null}` of a JSON merge patch.
Try<std::vector<SecretChange>> read_secret_changes(const JsonObject& stated);

/// Changes the secrets of a version that is being made. Removing what is not there does nothing;
/// 10053 if a name is one of a binding that is no secret.
Try<void> apply_secret_changes(Version& version, std::vector<SecretChange> changes);

/// The same in one new version of a Worker, which is deployed.
Try<void> change_secrets(World& world, Worker& worker, std::vector<SecretChange> changes, const Actor& actor);

/// nullptr if the latest version has no such secret.
const Binding* find_secret(const Worker& worker, std::string_view name);

/// 404/10056
std::unexpected<Refusal> no_such_secret(std::string_view name);

/// The secrets of the latest version, without their values.
JsonArray secrets_view(const World& world, const Worker& worker);

// The calls, once the Worker is found. While the latest version is not the deployed one, they are
// 400/10215, in bulk 400/10214.

/// PUT secrets
Outcome put_secret_of(Call& call, Worker& worker);
/// DELETE secrets/NAME: 404/10056 if there is none.
Outcome delete_secret_of(Call& call, Worker& worker, const std::string& name);
/// PATCH secrets-bulk: a JSON merge patch, one version for all.
Outcome patch_secrets_of(Call& call, Worker& worker);

}  // namespace plumbline::simulator
