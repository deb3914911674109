#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// Which domains, queues and bindings of other Workers refer to a Worker. Made once per list, because it reads the
/// whole account.
class References {
 public:
  explicit References(const World& world);

  /// `{domains, durable_objects, queues, workers, dispatch_namespace_outbounds}`, as the beta API shows it.
  [[nodiscard]] JsonObject of(const Worker& worker) const;

 private:
  struct Lists {
    JsonArray domains;
    JsonArray durable_objects;
    JsonArray queues;
    JsonArray workers;
    JsonArray outbounds;
  };

  void add_bindings(const World& world, const Worker& from);
  void add_domains(const World& world);
  void add_queues(const World& world);

  std::map<std::string, Lists, std::less<>> by_name_;
};

}  // namespace plumbline::simulator
