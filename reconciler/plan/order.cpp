#include "reconciler/plan/order.h"

#include <algorithm>
#include <string_view>

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/live_settings.h"

namespace plumbline::reconciler {
namespace {

// What stands in a namespace of Workers for Platforms is no Worker of this account.
void add_binding_references(const Json& binding, std::set<std::string>& out) {
  const auto add = [&](const manifests::NamedWorker& where) {
    if (const auto* name = manifests::named_worker(binding, where)) out.emplace(view(name->get_string()));
  };
  if (const auto* fact = manifests::binding_fact(string_member(binding, "type"))) add(fact->worker);
  // A kind that is not known may have an outbound as well.
  add(manifests::kOutboundOfBinding);
}

// Which Workers consume what this one says of itself.
void add_consumers(const JsonArray& consumers, std::set<std::string>& out) {
  for (const auto& consumer : consumers) {
    if (member(consumer, "namespace") == nullptr) out.emplace(string_member(consumer, "service"));
  }
}

// `find` gives a setting by its name, or nullptr.
template <class Find>
std::set<std::string> references_in(const Find& find) {
  std::set<std::string> out;
  const Json* bindings = find("bindings");
  if (const auto* object = bindings != nullptr ? bindings->if_object() : nullptr) {
    for (const auto& entry : *object) add_binding_references(entry.value(), out);
  } else if (const auto* array = bindings != nullptr ? bindings->if_array() : nullptr) {
    for (const auto& binding : *array) add_binding_references(binding, out);
  }
  for (const auto& fact : manifests::setting_facts()) {
    const Json* value = fact.form == manifests::SettingForm::consumers ? find(fact.name) : nullptr;
    if (value != nullptr && value->is_array()) add_consumers(value->get_array(), out);
  }
  out.erase("");
  return out;
}

using Edges = std::map<std::string, std::set<std::string>>;

// Whoever loses a queue or a workflow to another Worker is written, or deleted, after that one took it: until then it
// goes on with it.
void add_takeovers(const std::vector<WorkerChange>& changes, Edges& edges) {
  const auto let_wait = [&edges](const std::string& loser, const std::string& taker) {
    if (const auto found = edges.find(loser); found != edges.end()) found->second.insert(taker);
  };
  for (const auto& change : changes) {
    for (const auto& loser : change.losers) let_wait(loser, change.name);
  }
}

// A class that changes its Worker: the one that is to get it declares that first, the one that it is taken from has to
// be there.
void add_class_moves(const manifests::DesiredWorker& worker, std::set<std::string>& needs) {
  if (const auto* exports = member(worker.settings, "exports"); exports != nullptr && exports->is_object()) {
    for (const auto& entry : exports->get_object()) needs.emplace(string_member(entry.value(), "transferred_to"));
  }
  for (const auto& migration : worker.migrations.value_or(std::vector<manifests::DesiredMigration>())) {
    const auto* taken = member(migration.steps, "transferred_classes");
    if (taken == nullptr || !taken->is_array()) continue;
    for (const auto& item : taken->get_array()) needs.emplace(string_member(item, "from_script"));
  }
}

// What each change has to wait for, within the plan.
Edges edges_of(const std::vector<WorkerChange>& changes) {
  Edges edges;
  std::set<std::string> removed;
  for (const auto& change : changes) {
    edges[change.name];
    if (change.action == Action::remove) removed.insert(change.name);
  }
  add_takeovers(changes, edges);
  for (const auto& change : changes) {
    std::set<std::string> needs;
    if (change.target) {
      needs = references(change.target->settings);
      needs.insert(change.target->desired->depends_on.begin(), change.target->desired->depends_on.end());
      add_class_moves(*change.target->desired, needs);
    } else {
      needs = live_references(change);
    }
    for (const auto& need : needs) {
      if (need == change.name || !edges.contains(need)) continue;
      // A delete waits for those that refer to it; everything else for what it refers to.
      if (change.action != Action::remove) {
        // Nobody waits for a delete; whether it may be made is another question.
        if (!removed.contains(need)) edges[change.name].insert(need);
      } else if (removed.contains(need)) {
        edges[need].insert(change.name);
      }
    }
    if (removed.empty() || !change.target) continue;
    // Whoever refers to it only until now lets it go first.
    for (const auto& before : live_references(change)) {
      if (before != change.name && removed.contains(before) && !needs.contains(before)) {
        edges[before].insert(change.name);
      }
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
      const auto segments = split_pointer(pointer);
      return segments && !segments->empty() && manifests::setting_fact(segments->front()).names_workers();
    });
    if (ignoring) names.insert(change.name);
  }
  return names;
}

// In a circle nobody waits for a Worker that is there already, but for who takes something over from it.
void loosen_circles(Edges& edges, const std::set<std::string>& created, const std::vector<WorkerChange>& changes) {
  Edges takeovers;
  for (const auto& change : changes) takeovers[change.name];
  add_takeovers(changes, takeovers);
  const auto circle = on_circles(edges);
  for (const auto& name : circle) {
    std::erase_if(edges[name], [&](const auto& need) {
      return circle.contains(need) && !created.contains(need) && !takeovers.at(name).contains(need);
    });
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
  return references_in([&settings](std::string_view name) { return member(settings, name); });
}

std::set<std::string> live_references(const WorkerChange& change) {
  if (!change.live) return {};
  return references_in([settings = LiveSettings(*change.live)](std::string_view name) { return settings.find(name); });
}

std::set<std::string> order_changes(std::vector<WorkerChange>& changes) {
  auto edges = edges_of(changes);
  auto order = sorted(edges);
  std::set<std::string> first;
  Edges without_circles;
  if (order.size() != edges.size()) {
    loosen_circles(edges, created(changes), changes);
    without_circles = edges;
    first = break_circles(without_circles, ignoring_references(changes));
    order = sorted(without_circles);
  }
  for (auto& change : changes) {
    const auto& needs = edges.at(change.name);
    change.after.clear();
    for (const auto& need : needs) change.after.push_back(worker_address(need));
  }
  rearrange(changes, order);
  return first;
}

}  // namespace plumbline::reconciler
