#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulator/call.h"
#include "simulator/changes.h"

namespace plumbline::simulator {

/// Sets a secret, or removes it if `secret` is nothing.
struct SecretChange {
  std::string name;
  std::optional<Binding> secret;
};

/// Changes the secrets and sets the annotations of a version that is being made, as the call states it:
/// `{env: {NAME: {type, text} | null}, annotations?}`. Removing a secret that does not exist does nothing; 10053 if a
/// binding that is not a secret has the name.
Try<void> patch_secrets(Call& call, Version& version);

/// Changes secrets in a new version of a Worker, which is deployed; 10053 as above.
Try<void> change_secrets(World& world, Worker& worker, std::vector<SecretChange> changes, const Actor& actor);

/// The secret of the latest version; nullptr if it has none with this name.
const Binding* find_secret(const Worker& worker, std::string_view name);

/// 404/10056
std::unexpected<Refusal> no_such_secret(std::string_view name);

/// The secrets of the latest version, without their values.
JsonArray secrets_view(const World& world, const Worker& worker);

// The calls, after the Worker was found. If the latest version is not the deployed one, the answer is 400/10215, in
// bulk 400/10214.

/// PUT secrets
Outcome put_secret_of(Call& call, Worker& worker);
/// DELETE secrets/NAME: 404/10056 if there is none.
Outcome delete_secret_of(Call& call, Worker& worker, const std::string& name);
/// PATCH secrets-bulk: a JSON merge patch, which makes one version for all. Shows all secrets of the Worker, by name.
/// 400/10001 for more than 100 operations.
Outcome patch_secrets_of(Call& call, Worker& worker);

}  // namespace plumbline::simulator
