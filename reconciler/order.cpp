#include "reconciler/order.h"

#include <algorithm>
#include <tuple>

namespace plumbline::reconciler {
namespace {

void add_binding_references(const Json& binding, std::set<std::string>& out) {
  const auto type = string_member(binding, "type");
  if (type == "service") out.emplace(string_member(binding, "service"));
  if (type == "durable_object_namespace" || type == "workflow") out.emplace(string_member(binding, "script_name"));
  if (const auto* outbound = member(binding, "outbound")) {
    if (const auto* worker = member(*outbound, "worker")) out.emplace(string_member(*worker, "service"));
  }
}

using Edges = std::map<std::string, std::set<std::string>>;

// What each change has to wait for, within the plan.
Edges edges_of(const std::vector<WorkerChange>& changes) {
  Edges edges;
  for (const auto& change : changes) edges[change.name];
  for (const auto& change : changes) {
    std::set<std::string> needs;
    if (change.target) {
      needs = references(change.target->desired.settings);
      needs.insert(change.target->desired.depends_on.begin(), change.target->desired.depends_on.end());
    } else if (change.live) {
      const auto settings = known_settings(*change.live);
      if (settings.is_known()) needs = references(*settings);
    }
    for (const auto& need : needs) {
      if (need == change.name || !edges.contains(need)) continue;
      // A delete waits for those that refer to it; everything else for what it refers to.
      const bool deleting = change.action == Action::remove;
      edges[deleting ? need : change.name].insert(deleting ? change.name : need);
    }
  }
  return edges;
}

// Kahn's algorithm, the smallest name first, so that the same plan has one order.
std::vector<std::string> sorted(const Edges& edges) {
  std::map<std::string, std::size_t> open;
  std::map<std::string, std::vector<std::string>> waiting;
  std::set<std::string> ready;
  for (const auto& [name, needs] : edges) {
    open[name] = needs.size();
    if (needs.empty()) ready.insert(name);
    for (const auto& need : needs) waiting[need].push_back(name);
  }
  std::vector<std::string> order;
  while (!ready.empty()) {
    const std::string name = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(name);
    for (const auto& next : waiting[name]) {
      if (--open[next] == 0) ready.insert(next);
    }
  }
  return order;
}

}  // namespace

std::set<std::string> references(const JsonObject& settings) {
  std::set<std::string> out;
  if (const auto* bindings = member(settings, "bindings")) {
    if (const auto* object = bindings->if_object()) {
      for (const auto& entry : *object) add_binding_references(entry.value(), out);
    } else if (const auto* array = bindings->if_array()) {
      for (const auto& binding : *array) add_binding_references(binding, out);
    }
  }
  const auto* consumers = member(settings, "tail_consumers");
  if (consumers != nullptr && consumers->is_array()) {
    for (const auto& consumer : consumers->get_array()) out.emplace(string_member(consumer, "service"));
  }
  out.erase("");
  return out;
}

std::vector<std::string> order_changes(std::vector<WorkerChange>& changes) {
  const auto edges = edges_of(changes);
  const auto order = sorted(edges);
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < order.size(); ++i) position[order[i]] = i;

  std::vector<std::string> cycle;
  for (const auto& [name, needs] : edges) {
    if (!position.contains(name)) cycle.push_back(name);
  }
  for (auto& change : changes) {
    const auto& needs = edges.at(change.name);
    change.after.assign(needs.begin(), needs.end());
  }
  const auto rank = [&position](const WorkerChange& change) {
    const auto found = position.find(change.name);
    const auto place = found == position.end() ? position.size() : found->second;
    return std::tuple(change.action == Action::remove, place, std::string_view(change.name));
  };
  std::ranges::sort(changes, [&rank](const auto& left, const auto& right) { return rank(left) < rank(right); });
  return cycle;
}

}  // namespace plumbline::reconciler
