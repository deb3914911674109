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

/// Changes secrets in one new version that is deployed. Removing what is not there does nothing;
/// 10053 if a name is one of a binding that is no secret.
Try<void> change_secrets(World& world, Worker& worker, std::vector<SecretChange> changes, const Actor& actor);

/// nullptr if the latest version has no such secret.
const Binding* find_secret(const Worker& worker, std::string_view name);

}  // namespace plumbline::simulator
