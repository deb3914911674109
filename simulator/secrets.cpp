#include "simulator/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/bindings.h"
#include "simulator/endpoints.h"
#include "simulator/settings.h"

namespace plumbline::simulator {

const Binding* find_secret(const Worker& worker, std::string_view name) {
  const auto& bindings = worker.latest().bindings;
  const auto found = std::ranges::find(bindings, name, &Binding::name);
  return found != bindings.end() && found->is_secret() ? &*found : nullptr;
}

namespace {

Try<SecretChange> read_change(std::string_view name, const Json& value) {
  if (value.is_null()) return SecretChange{std::string(name), std::nullopt};
  if (!value.is_object()) {
    return refuse(400, 10021, fmt::format("Secret '{}' is not an object.", printable(name)));
  }
  auto stated = value.get_object();
  stated["name"] = name;
  auto secret = read_secret(stated);
  if (!secret) return std::unexpected(secret.error());
  return SecretChange{std::string(name), std::move(*secret)};
}

// Reads `{NAME: {text, type} | null}`, a JSON merge patch.
Try<std::vector<SecretChange>> read_secret_changes(const JsonObject& stated) {
  std::vector<SecretChange> changes;
  for (const auto& [name, value] : stated) {
    auto change = read_change(name, value);
    if (!change) return std::unexpected(change.error());
    changes.push_back(std::move(*change));
  }
  return changes;
}

// Removing a secret that does not exist does nothing; 10053 if a binding that is not a secret has the name.
Try<void> apply_secret_changes(Version& version, std::vector<SecretChange> changes) {
  for (auto& change : changes) {
    const auto found = std::ranges::find(version.bindings, change.name, &Binding::name);
    const bool exists = found != version.bindings.end();
    if (exists && !found->is_secret()) {
      if (!change.secret) continue;  // merge patch: there is no such secret
      return refuse(400, 10053, fmt::format("Binding name '{}' is already in use.", printable(change.name)));
    }
    if (exists) version.bindings.erase(found);
    if (change.secret) version.bindings.push_back(std::move(*change.secret));
  }
  return {};
}

}  // namespace

Try<void> patch_secrets(Call& call, Version& version) {
  const auto patch = call.json_object();
  if (!patch) return std::unexpected(patch.error());
  auto annotations = read_annotations(*patch);
  if (!annotations) return std::unexpected(annotations.error());
  const auto* env = member(*patch, "env");
  auto changes = read_secret_changes(env && env->is_object() ? env->get_object() : JsonObject());
  if (!changes) return std::unexpected(changes.error());
  version.annotations = std::move(*annotations);
  return apply_secret_changes(version, std::move(*changes));
}

Try<void> change_secrets(World& world, Worker& worker, std::vector<SecretChange> changes, const Actor& actor) {
  auto version = next_version(worker);
  if (auto applied = apply_secret_changes(version, std::move(changes)); !applied) return applied;
  const auto bump = world.semantics().secret_bumps ? Bump::yes : Bump::no;
  add_version(world, worker, std::move(version), actor, "secret", Rollout::deploy, bump);
  return {};
}

std::unexpected<Refusal> no_such_secret(std::string_view name) {
  return refuse(404, 10056, fmt::format("Binding '{}' was not found.", printable(name)));
}

JsonArray secrets_view(const World& world, const Worker& worker) {
  JsonArray out;
  for (const auto& binding : worker.latest().bindings) {
    if (binding.is_secret()) out.push_back(view_of(world, worker.name, binding));
  }
  return out;
}

namespace {

constexpr std::size_t kMostChanges = 100;  // of one secrets-bulk; changelog of the Workers API, 2026-06-03

/// The secrets that result from a change in bulk.
JsonObject secrets_by_name(const World& world, const Worker& worker) {
  JsonObject out;
  for (auto& secret : secrets_view(world, worker)) out[string_member(secret, "name")] = secret;
  return out;
}

Try<void> check_deployed(const Worker& worker, int code) {
  if (worker.latest_is_deployed()) return {};
  return refuse(400, code, "Secret edit failed. The latest version of the Worker is not currently deployed.");
}

}  // namespace

Outcome put_secret_of(Call& call, Worker& worker) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  auto secret = read_secret(*body);
  if (!secret) return std::unexpected(secret.error());
  if (auto ok = check_deployed(worker, 10215); !ok) return std::unexpected(ok.error());
  const auto shown = view_of(call.world, worker.name, *secret);
  const auto name = secret->name;
  const auto done = change_secrets(call.world, worker, {{name, std::move(*secret)}}, {call.source(), call.author()});
  if (!done) return std::unexpected(done.error());
  return success(shown);
}

Outcome delete_secret_of(Call& call, Worker& worker, const std::string& name) {
  if (!find_secret(worker, name)) return no_such_secret(name);
  if (auto ok = check_deployed(worker, 10215); !ok) return std::unexpected(ok.error());
  const auto done = change_secrets(call.world, worker, {{name, std::nullopt}}, {call.source(), call.author()});
  if (!done) return std::unexpected(done.error());
  return success(nullptr);
}

Outcome patch_secrets_of(Call& call, Worker& worker) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto* secrets = member(*body, "secrets");
  if (!secrets || !secrets->is_object()) {
    return refuse(400, 10001, "`secrets` is not an object.");
  }
  if (secrets->get_object().size() > kMostChanges) {
    return refuse(400, 10001, "`secrets` has more than 100 operations.");
  }
  auto changes = read_secret_changes(secrets->get_object());
  if (!changes) return std::unexpected(changes.error());
  if (auto ok = check_deployed(worker, 10214); !ok) return std::unexpected(ok.error());
  const auto done = change_secrets(call.world, worker, std::move(*changes), {call.source(), call.author()});
  if (!done) return std::unexpected(done.error());
  return success(secrets_by_name(call.world, worker));
}

namespace {

/// GET …/secrets
Outcome list_secrets(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return success(secrets_view(call.world, **worker));
}

/// GET …/secrets/:secret
Outcome get_secret(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto* secret = find_secret(**worker, call.params[2]);
  if (!secret) return no_such_secret(call.params[2]);
  return success(view_of(call.world, call.params[1], *secret));
}

/// PUT …/secrets
Outcome put_secret(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return put_secret_of(call, **worker);
}

/// DELETE …/secrets/:secret
Outcome delete_secret(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return delete_secret_of(call, **worker, call.params[2]);
}

/// PATCH …/secrets-bulk
Outcome patch_bulk(Call& call) {
  auto worker = call.world.worker_to_change(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  return patch_secrets_of(call, **worker);
}

constexpr std::array kSecretsEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/secrets", list_secrets},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/secrets", put_secret},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/secrets/:secret", get_secret},
    Endpoint{"DELETE", "/accounts/:account/workers/scripts/:script/secrets/:secret", delete_secret},
    Endpoint{"PATCH", "/accounts/:account/workers/scripts/:script/secrets-bulk", patch_bulk},
};

}  // namespace

std::span<const Endpoint> secret_endpoints() {
  return kSecretsEndpoints;
}

}  // namespace plumbline::simulator
