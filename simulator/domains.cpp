#include "simulator/domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/call.h"
#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

Domain* find_domain(World& world, std::string_view hostname) {
  const auto found = std::ranges::find(world.account.domains, hostname, &Domain::hostname);
  return found == world.account.domains.end() ? nullptr : &*found;
}

const Zone* zone_of(const World& world, const JsonObject& stated, std::string_view hostname) {
  const auto id = string_member(stated, "zone_id");
  const auto name = string_member(stated, "zone_name");
  const auto found = std::ranges::find_if(world.account.zones, [&](const Zone& zone) {
    const bool meant = (id.empty() || zone.id == id) && (name.empty() || zone.name == name);
    return meant && (hostname == zone.name || hostname.ends_with("." + zone.name));
  });
  return found == world.account.zones.end() ? nullptr : &*found;
}

std::unexpected<Refusal> no_such_domain() {
  return refuse(404, 100114, "The custom domain was not found.");
}

bool passes(const Call& call, std::string_view parameter, std::string_view value) {
  const auto wanted = call.query(parameter);
  return !wanted || wanted->empty() || iequals(*wanted, value);
}

/// GET …/workers/domains
Outcome list_domains(Call& call) {
  JsonArray out;
  for (const auto& domain : call.world.account.domains) {
    auto shown = domain_view(call.world, domain);
    const bool wanted = std::ranges::all_of(
        std::array<std::string_view, 5>{"hostname", "service", "zone_id", "zone_name", "environment"},
        [&](std::string_view key) { return passes(call, key, string_member(shown, key)); });
    if (wanted) out.push_back(std::move(shown));
  }
  return success(out);
}

/// GET …/workers/domains/:domain
Outcome get_domain(Call& call) {
  const auto& domains = call.world.account.domains;
  const auto found = std::ranges::find(domains, call.params[1], &Domain::id);
  if (found == domains.end()) return no_such_domain();
  return success(domain_view(call.world, *found));
}

/// The schema of 2026 has only hostname, service and zone; whether the service still accepts the other members is
/// unknown.
Try<void> check_overrides(const World& world, const JsonObject& body) {
  if (world.semantics().domain_overrides) return {};
  for (const std::string_view key :
       {"override_existing_origin", "override_existing_dns_record", "enabled", "previews_enabled"}) {
    if (body.contains(key)) return refuse(400, 10001, fmt::format("Unknown field `{}`.", key));
  }
  return {};
}

/// PUT …/workers/domains
Outcome put_domain(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  if (auto ok = check_overrides(call.world, *body); !ok) return std::unexpected(ok.error());
  const auto takeover =
      bool_member(*body, "override_existing_origin").value_or(false) ? Takeover::allowed : Takeover::refused;
  auto domain = plan_domain(call.world, *body, string_member(*body, "service"), takeover);
  if (!domain) return std::unexpected(domain.error());
  const auto shown = domain_view(call.world, *domain);
  set_domain(call.world, std::move(*domain));
  return success(shown);
}

/// DELETE …/workers/domains/:domain
Outcome delete_domain(Call& call) {
  const auto removed =
      std::erase_if(call.world.account.domains, [&](const Domain& domain) { return domain.id == call.params[1]; });
  if (removed == 0) return no_such_domain();
  return success(nullptr);
}

constexpr std::array kDomainsEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/domains", list_domains},
    Endpoint{"PUT", "/accounts/:account/workers/domains", put_domain},
    Endpoint{"GET", "/accounts/:account/workers/domains/records", list_domains},
    Endpoint{"GET", "/accounts/:account/workers/domains/records/:domain", get_domain},
    Endpoint{"GET", "/accounts/:account/workers/domains/:domain", get_domain},
    Endpoint{"DELETE", "/accounts/:account/workers/domains/:domain", delete_domain},
};

}  // namespace

JsonObject domain_view(const World& world, const Domain& domain) {
  const auto zone = std::ranges::find(world.account.zones, domain.zone_id, &Zone::id);
  JsonObject out{{"id", domain.id},           {"hostname", domain.hostname},
                 {"service", domain.service}, {"environment", "production"},
                 {"zone_id", domain.zone_id}, {"zone_name", zone == world.account.zones.end() ? "" : zone->name},
                 {"cert_id", domain.cert_id}};
  if (domain.enabled) out["enabled"] = *domain.enabled;
  if (domain.previews_enabled) out["previews_enabled"] = *domain.previews_enabled;
  return out;
}

Try<Domain> plan_domain(World& world, const JsonObject& stated, std::string_view service, Takeover takeover) {
  const auto hostname = to_lower(string_member(stated, "hostname"));
  const auto* zone = zone_of(world, stated, hostname);
  if (!zone) {
    return refuse(400, 10001, fmt::format("No zone of the account holds {}.", printable(hostname)));
  }
  if (!world.account.workers.contains(service)) return no_such_worker();
  const auto* existing = find_domain(world, hostname);
  if (existing && existing->service != service && takeover == Takeover::refused) {
    return refuse(409, 100116, fmt::format("Hostname {} is already in use by another Worker.", hostname));
  }
  if (std::ranges::find(world.account.dns_records, hostname) != world.account.dns_records.end()) {
    return refuse(409, 100117, fmt::format("Hostname {} already has externally managed DNS records.", hostname));
  }
  Domain domain{existing ? existing->id : world.ids.hex32(), hostname, std::string(service), zone->id,
                existing ? existing->cert_id : world.ids.uuid()};
  domain.enabled = bool_member(stated, "enabled");
  domain.previews_enabled = bool_member(stated, "previews_enabled");
  return domain;
}

void set_domain(World& world, Domain domain) {
  if (auto* existing = find_domain(world, domain.hostname)) {
    *existing = std::move(domain);
  } else {
    world.account.domains.push_back(std::move(domain));
  }
}

std::span<const Endpoint> domain_endpoints() {
  return kDomainsEndpoints;
}

}  // namespace plumbline::simulator
