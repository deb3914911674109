#pragma once

#include <optional>
#include <string>
#include <vector>

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

}  // namespace plumbline::simulator
