#include "reconciler/order.h"

#include <algorithm>
#include <string_view>

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

// Whoever loses a queue or a workflow to another Worker is written, or deleted, after that one took it: until then it
// goes on with it.
void add_takeovers(const std::vector<WorkerChange>& changes, Edges& edges) {
  const auto let_wait = [&edges](const std::string& loser, const std::string& taker) {
    if (const auto found = edges.find(loser); found != edges.end()) found->second.insert(taker);
  };
  for (const auto& change : changes) {
    if (!change.target) continue;
    for (const auto& [queue, holder] : change.target->triggers.consumers_taken) let_wait(holder.worker, change.name);
    for (const auto& [workflow, holder] : change.target->triggers.workflows_taken) let_wait(holder, change.name);
  }
}

// What each change has to wait for, within the plan.
Edges edges_of(const std::vector<WorkerChange>& changes) {
  Edges edges;
  for (const auto& change : changes) edges[change.name];
  add_takeovers(changes, edges);
  for (const auto& change : changes) {
    std::set<std::string> needs;
    if (change.target) {
      needs = references(change.target->settings);
      needs.insert(change.target->desired->depends_on.begin(), change.target->desired->depends_on.end());
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

// Kahn's algorithm, the smallest name first, so that the same plan has one order. Names lie in `edges`; those that wait
// for a circle are left out.
std::vector<std::string_view> sorted(const Edges& edges) {
  std::map<std::string_view, std::size_t> open;
  std::map<std::string_view, std::vector<std::string_view>> waiting;
  std::set<std::string_view> ready;
  for (const auto& [name, needs] : edges) {
    if (needs.empty()) {
      ready.emplace_hint(ready.end(), name);
    } else {
      open.emplace_hint(open.end(), name, needs.size());
    }
    for (const auto& need : needs) waiting[need].push_back(name);
  }
  std::vector<std::string_view> order;
  order.reserve(edges.size());
  while (!ready.empty()) {
    const auto name = ready.extract(ready.begin()).value();
    order.push_back(name);
    const auto found = waiting.find(name);
    if (found == waiting.end()) continue;
    for (const auto& next : found->second) {
      if (--open.at(next) == 0) ready.insert(next);
    }
  }
  return order;
}

// The Workers that wait for themselves, whoever lies between.
std::set<std::string> on_circles(const Edges& edges) {
  std::set<std::string> found;
  for (const auto& [start, needs] : edges) {
    std::set<std::string> seen;
    std::vector<std::string> open(needs.begin(), needs.end());
    while (!open.empty() && !seen.contains(start)) {
      const auto name = std::move(open.back());
      open.pop_back();
      if (!seen.insert(name).second) continue;
      const auto& next = edges.at(name);
      open.insert(open.end(), next.begin(), next.end());
    }
    if (seen.contains(start)) found.insert(start);
  }
  return found;
}

bool has_circle(const Edges& edges) {
  return sorted(edges).size() != edges.size();
}

std::set<std::string> created(const std::vector<WorkerChange>& changes) {
  std::set<std::string> names;
  for (const auto& change : changes) {
    if (change.action == Action::create) names.insert(change.name);
  }
  return names;
}

// What such a Worker does not bind from its first upload on, it would not bind later either: it is left to others then.
std::set<std::string> ignoring_references(const std::vector<WorkerChange>& changes) {
  std::set<std::string> names;
  for (const auto& change : changes) {
    if (!change.target) continue;
    const bool ignoring = std::ranges::any_of(change.target->desired->ignore, [](const auto& pointer) {
      return pointer.starts_with("/bindings") || pointer.starts_with("/tail_consumers");
    });
    if (ignoring) names.insert(change.name);
  }
  return names;
}

// In a circle nobody waits for a Worker that is there already.
void loosen_circles(Edges& edges, const std::set<std::string>& created) {
  const auto circle = on_circles(edges);
  for (const auto& name : circle) {
    std::erase_if(edges[name], [&](const auto& need) { return circle.contains(need) && !created.contains(need); });
  }
}

// Takes Workers out of the way of all others until there is no circle any more, and names them; a
// reluctant one only where there is no other.
std::set<std::string> break_circles(Edges& edges, const std::set<std::string>& reluctant) {
  std::set<std::string> taken;
  while (has_circle(edges)) {
    const auto circle = on_circles(edges);
    const auto willing = std::ranges::find_if(circle, [&](const auto& name) { return !reluctant.contains(name); });
    const auto name = willing != circle.end() ? *willing : *circle.begin();
    for (auto& [other, needs] : edges) needs.erase(name);
    taken.insert(name);
  }
  return taken;
}

// Deletes last, else by `order`.
void rearrange(std::vector<WorkerChange>& changes, const std::vector<std::string_view>& order) {
  std::map<std::string_view, std::size_t> position;
  for (std::size_t i = 0; i < order.size(); ++i) position.emplace(order[i], i);
  std::vector<WorkerChange*> places(order.size());
  for (auto& change : changes) places[position.at(change.name)] = &change;
  std::vector<WorkerChange> arranged;
  arranged.reserve(changes.size());
  for (const bool deletes : {false, true}) {
    for (auto* change : places) {
      if ((change->action == Action::remove) == deletes) arranged.push_back(std::move(*change));
    }
  }
  changes = std::move(arranged);
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

std::set<std::string> order_changes(std::vector<WorkerChange>& changes) {
  auto edges = edges_of(changes);
  auto order = sorted(edges);
  std::set<std::string> first;
  Edges without_circles;
  if (order.size() != edges.size()) {
    loosen_circles(edges, created(changes));
    without_circles = edges;
    first = break_circles(without_circles, ignoring_references(changes));
    order = sorted(without_circles);
  }
  for (auto& change : changes) {
    const auto& needs = edges.at(change.name);
    change.after.assign(needs.begin(), needs.end());
  }
  rearrange(changes, order);
  return first;
}

}  // namespace plumbline::reconciler
