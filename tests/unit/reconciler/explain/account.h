#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/reconciler/fixtures.h"

namespace plumbline::reconciler::test {

inline const std::string kExampleZone = "0123456789abcdef0123456789abcdef";

/// The active version says who made it, as those of a release with writers do.
inline void sign(LiveWorker& live) {
  auto annotations = member(*live.settings, "annotations")->get_object();
  reconciler::sign(annotations, "0123456789abcdef");
  set_live(live, "annotations", plumbline::to_text(annotations));
}

/// An account with the zone example.com and its custom domains, all of it read.
struct ExposedAccount : World {
  ExposedAccount() {
    live.zones.ids["example.com"] = Known<std::string>::known(kExampleZone);
    live.zones.zones[kExampleZone].routes = Known<std::vector<LiveRoute>>::known({});
    live.zones.domains = Known<std::vector<LiveDomain>>::known({});
  }

  /// A live Worker with a manifest that asks for these routes.
  void serve(const std::string& name, const std::vector<std::string>& patterns) {
    auto worker = manifest(name);
    worker.routes.emplace();
    for (const auto& pattern : patterns) {
      worker.routes->push_back(
          {.pattern = pattern, .zone = "example.com", .where = {"workers/" + name + ".yaml", 9, 5}});
      have_route(pattern, name);
    }
    want(target_of(worker));
    have(live_as(targets.back()));
  }
  /// A live Worker that no manifest of the source asks for.
  void have_others(const std::string& name, const std::string& tag) {
    auto worker = live_as(target_of(manifest(name)));
    worker.entry["tags"] = tag.empty() ? JsonArray() : JsonArray{tag};
    set_live(worker, "tags", plumbline::to_text(worker.entry["tags"]));
    have(std::move(worker));
  }
  void have_route(const std::string& pattern, const std::string& script) {
    auto routes = *live.zones.zones[kExampleZone].routes;
    routes.push_back({"r" + std::to_string(routes.size()), pattern, script});
    live.zones.zones[kExampleZone].routes = Known<std::vector<LiveRoute>>::known(std::move(routes));
  }
  void have_domain(const std::string& hostname, const std::string& service) {
    auto domains = *live.zones.domains;
    domains.push_back({"d1", hostname, service, kExampleZone, "example.com"});
    live.zones.domains = Known<std::vector<LiveDomain>>::known(std::move(domains));
  }
};

}  // namespace plumbline::reconciler::test
