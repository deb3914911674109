#include "simulator/settings_patch.h"

#include "simulator/setting_values.h"
#include "simulator/settings.h"

namespace plumbline::simulator {

Try<void> patch_settings(World& world, Worker& worker, const JsonObject& patch, Inherit inherit, const Actor& actor) {
  if (!worker.latest_is_deployed()) {
    return refuse(400, 10214,
                  "The settings cannot be changed because the latest version of the Worker is not "
                  "deployed.");
  }
  if (auto valid = check_settings(patch); !valid) return valid;
  if (auto past = check_date(patch, world.now()); !past) return past;
  auto annotations = read_annotations(patch);
  if (!annotations) return std::unexpected(annotations.error());
  auto classes = migrated(world, worker.name, {worker.migration_tag, worker.classes}, patch);
  if (!classes) return std::unexpected(classes.error());

  auto version = next_version(worker);
  version.annotations = std::move(*annotations);
  patch_versioned(version.settings, patch);
  if (const auto* stated = member(patch, "bindings"); stated && !stated->is_null()) {
    auto bindings = read_bindings(stated, &worker.latest(), {inherit, BareForm::keeps});
    if (!bindings) return std::unexpected(bindings.error());
    auto known = check_targets(world, worker.name, classes->bindable(), *bindings);
    if (!known) return known;
    version.bindings = std::move(*bindings);
  }
  patch_worker(worker.settings, patch);
  take_classes(world, worker, std::move(*classes));
  add_version(world, worker, std::move(version), actor, "upload", Rollout::deploy);
  return {};
}

}  // namespace plumbline::simulator
