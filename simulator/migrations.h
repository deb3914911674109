#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// Durable Object classes and the tag of the last migration.
struct Classes {
  std::string tag;
  std::map<std::string, DurableClass> by_name;
  /// Classes that other Workers lose to this one, as (Worker, class).
  std::vector<std::pair<std::string, std::string>> taken = {};
  struct Given {
    std::string worker;
    std::string name;
    DurableClass data;
  };
  /// What goes from this Worker to others.
  std::vector<Given> given = {};
  /// Classes that this Worker waits for: bindings to them resolve to what the other one has.
  std::map<std::string, DurableClass> expected = {};

  /// What a binding of the Worker to its own classes may name.
  [[nodiscard]] std::map<std::string, DurableClass> bindable() const;
};

/// Whether `migrations` asks for anything: some clients send empty lists with every upload.
bool has_migrations(const JsonObject& metadata);

/// The classes of `worker` after `metadata.migrations` and `metadata.exports`. 412/10079 if old_tag is not the
/// live tag; 10061, 10074 for classes that are missing or there twice; 100402 for exports that cannot be brought about.
Try<Classes> migrated(World& world, std::string_view worker, Classes classes, const JsonObject& metadata);

}  // namespace plumbline::simulator
