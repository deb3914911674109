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

/// The Durable Object classes of a Worker, and the tag of its last migration.
struct Classes {
  std::string tag;
  std::map<std::string, DurableClass> by_name;
  /// Classes that this Worker takes from other Workers, as (Worker, class).
  std::vector<std::pair<std::string, std::string>> taken = {};
  struct Given {
    std::string worker;
    std::string name;
    DurableClass data;
  };
  /// Classes that this Worker gives to others.
  std::vector<Given> given = {};
  /// Classes that this Worker expects from others: until then, bindings to them resolve to the other Worker's class.
  std::map<std::string, DurableClass> expected = {};

  /// The classes of its own that a binding of the Worker may name.
  [[nodiscard]] std::map<std::string, DurableClass> bindable() const;
};

/// Whether `migrations` asks for any change: some clients send empty lists with every upload.
bool has_migrations(const JsonObject& metadata);

/// The classes of `worker` after `metadata.migrations` and `metadata.exports`. 412/10079 if old_tag is not the live
/// tag; 10061 or 10074 for classes that are missing or exist already; 100402 for exports that cannot be fulfilled.
Try<Classes> migrated(World& world, std::string_view worker, Classes classes, const JsonObject& metadata);

}  // namespace plumbline::simulator
