#include "reconciler/explain/exposure.h"

#include <algorithm>

#include "base/text.h"
#include "reconciler/parts/routes.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kNotAsked = "no manifest of the source has routes, so that no pass reads them";

std::string why_unread(const std::optional<api::Error>& failure) {
  return failure ? "they could not be read: " + api::to_text(*failure) : std::string(kNotAsked);
}

std::optional<bool> bool_or_nothing(const Json* object, std::string_view key) {
  return object == nullptr ? std::nullopt : bool_member(*object, key);
}

class ExposureMaker {
 public:
  ExposureMaker(const Plan& plan, const std::set<std::string>& done) : plan_(plan), done_(done) {}

  Exposure run() {
    out_.observed_at = plan_.observed_at;
    if (plan_.observed == nullptr) {
      out_.domains_unread = "the account was not read";
      return std::move(out_);
    }
    add_zones(plan_.observed->zones);
    add_domains(plan_.observed->zones);
    add_workers();
    for (const auto& change : plan_.workers) {
      for (const auto& exposure : change.exposure) apply(exposure);
    }
    for (const auto& change : plan_.zone_workers) {
      for (auto& route : out_.routes) {
        if (route.is_filter && route.zone_id == change.zone_id) route.file = change.file;
      }
    }
    return std::move(out_);
  }

 private:
  void add_zones(const LiveZones& zones) {
    for (const auto& [id, zone] : zones.zones) {
      const auto name = name_of_zone(id, zones);
      const bool known = zone.routes.is_known();
      out_.zones.push_back({id, name, known ? std::string() : why_unread(zone.failure)});
      if (!known) continue;
      for (const auto& route : *zone.routes) out_.routes.push_back({route.id, route.pattern, route.script, id, name});
    }
    // A zone that was looked up, and whose routes nobody asked for.
    for (const auto& [name, id] : zones.ids) {
      if (id.is_known() && !zones.zones.contains(*id)) out_.zones.push_back({*id, name, std::string(kNotAsked)});
    }
    for (const auto& [name, failure] : zones.unreadable) out_.zones.push_back({"", name, why_unread(failure)});
    for (const auto& [id, zone] : zones.zone_workers) add_filters(id, zone, name_of_zone(id, zones));
  }

  // The service lists a filter among the routes as well, under the same pattern.
  void add_filters(const std::string& zone_id, const LiveZoneWorker& zone, const std::string& name) {
    if (!zone.filters.is_known()) return;
    for (const auto& filter : *zone.filters) {
      const auto same = std::ranges::find_if(out_.routes, [&](const ExposedRoute& route) {
        return route.zone_id == zone_id && route.pattern == filter.pattern;
      });
      ExposedRoute made{filter.id, filter.pattern, {}, zone_id, name, true, filter.enabled};
      if (same == out_.routes.end()) {
        out_.routes.push_back(std::move(made));
      } else if (!live_worker(same->worker)) {
        *same = std::move(made);
      }
    }
  }

  [[nodiscard]] bool live_worker(const std::string& name) const { return plan_.observed->workers.contains(name); }

  void add_domains(const LiveZones& zones) {
    if (!zones.domains.is_known()) {
      out_.domains_unread = zones.domains_failure ? why_unread(zones.domains_failure)
                                                  : "no manifest of the source has domains, so that no pass reads them";
      return;
    }
    for (const auto& domain : *zones.domains) {
      out_.domains.push_back({domain.id, to_lower(domain.hostname), domain.service, domain.zone_name});
    }
  }

  void add_workers() {
    for (const auto& [name, live] : plan_.observed->workers) {
      ExposedWorker worker{.name = name, .is_live = true};
      if (const auto owned = ownership_of(live_tags(live))) worker.owner = to_string(owned->owner);
      worker.revision = known_active(live).revision;
      const auto* subdomain = known_part(live, "subdomain");
      worker.workers_dev = bool_or_nothing(subdomain, "enabled");
      worker.previews = bool_or_nothing(subdomain, "previews_enabled");
      out_.workers.emplace(name, std::move(worker));
    }
    for (const auto& change : plan_.workers) {
      auto& worker = out_.workers.try_emplace(change.name, ExposedWorker{.name = change.name}).first->second;
      worker.file = change.file;
    }
  }

  // What the plan wants, and what has come of it.
  void apply(const ExposureChange& change) {
    const bool done = done_.contains(address_of(change));
    if (change.type == ExposureChange::Type::route) {
      apply_route(change, done);
    } else {
      apply_domain(change, done);
    }
  }

  void apply_route(const ExposureChange& change, bool done) {
    const auto is_it = [&](const ExposedRoute& route) { return route_key(route.zone_id, route.pattern) == change.key; };
    if (done && change.action == Action::remove) {
      std::erase_if(out_.routes, is_it);
      return;
    }
    auto found = std::ranges::find_if(out_.routes, is_it);
    if (found == out_.routes.end()) {
      if (!done) return;
      found = out_.routes.insert(found, {change.id, change.name, {}, change.zone_id, change.zone_name});
    }
    if (done) found->worker = change.worker;
    found->file = change.file;
  }

  void apply_domain(const ExposureChange& change, bool done) {
    const auto is_it = [&](const ExposedDomain& domain) { return domain.hostname == change.name; };
    if (done && change.action == Action::remove) {
      std::erase_if(out_.domains, is_it);
      return;
    }
    auto found = std::ranges::find_if(out_.domains, is_it);
    if (found == out_.domains.end()) {
      if (!done) return;
      found = out_.domains.insert(found, {change.id, change.name, {}, change.zone_name});
    }
    if (done) found->worker = change.worker;
    found->file = change.file;
  }

  const Plan& plan_;
  const std::set<std::string>& done_;
  Exposure out_;
};

// A zone counts as known where any source has read its routes.
void add_zones(Exposure& into, const Exposure& from) {
  for (const auto& zone : from.zones) {
    const auto same = [&zone](const ExposedZone& other) {
      return zone.id.empty() || other.id.empty() ? zone.name == other.name : zone.id == other.id;
    };
    const auto found = std::ranges::find_if(into.zones, same);
    const bool is_known = found != into.zones.end() && found->unread.empty();
    if (is_known) {
      if (found->name.empty()) found->name = zone.name;
      continue;
    }
    if (found != into.zones.end()) into.zones.erase(found);
    into.zones.push_back(zone);
    for (const auto& route : from.routes) {
      if (zone.unread.empty() && route.zone_id == zone.id) into.routes.push_back(route);
    }
  }
}

template <class Item>
void add_file(std::vector<Item>& items, const Item& other, std::string Item::* name) {
  const auto found = std::ranges::find_if(
      items, [&](const Item& item) { return item.*name == other.*name && item.worker == other.worker; });
  if (found != items.end() && found->file.empty()) found->file = other.file;
}

void add(Exposure& into, const Exposure& from) {
  add_zones(into, from);
  if (!into.domains_unread.empty() && from.domains_unread.empty()) {
    into.domains = from.domains;
    into.domains_unread.clear();
  }
  // Whoever read them first, each source knows the manifests of its own.
  for (const auto& route : from.routes) add_file(into.routes, route, &ExposedRoute::pattern);
  for (const auto& domain : from.domains) add_file(into.domains, domain, &ExposedDomain::hostname);
  for (const auto& [name, worker] : from.workers) {
    auto& known = into.workers.try_emplace(name, worker).first->second;
    if (known.file.empty()) known.file = worker.file;
    if (known.revision.empty()) known.revision = worker.revision;
    if (!known.workers_dev) known.workers_dev = worker.workers_dev;
    if (!known.previews) known.previews = worker.previews;
  }
  if (!into.subdomain) into.subdomain = from.subdomain;
}

}  // namespace

Exposure exposure_of(const Plan& plan, const std::set<std::string>& done) {
  return ExposureMaker(plan, done).run();
}

Exposure merged(std::vector<Exposure> exposures) {
  if (exposures.empty()) return {.domains_unread = "nothing of the account was read"};
  std::ranges::sort(exposures, std::ranges::greater(), &Exposure::observed_at);
  auto out = std::move(exposures.front());
  for (std::size_t i = 1; i < exposures.size(); ++i) add(out, exposures[i]);
  return out;
}

}  // namespace plumbline::reconciler
