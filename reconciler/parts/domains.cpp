#include "reconciler/parts/domains.h"

#include "base/text.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

JsonObject body_of(const manifests::DesiredDomain& domain, const std::string& worker) {
  JsonObject body{{"hostname", to_lower(domain.hostname)}, {"service", worker}};
  if (!domain.zone.empty()) body["zone_name"] = domain.zone;
  if (!domain.zone_id.empty()) body["zone_id"] = domain.zone_id;
  if (domain.override_existing_origin) body["override_existing_origin"] = true;
  if (domain.override_existing_dns_record) body["override_existing_dns_record"] = true;
  return body;
}

}  // namespace

std::string domain_key(std::string_view hostname) {
  return "domain " + to_lower(hostname);
}

namespace {

class DomainsPart final : public ExposurePart {
 public:
  [[nodiscard]] std::string_view name() const override { return "domains"; }
  [[nodiscard]] ExposureChange::Type type() const override { return ExposureChange::Type::domain; }
  [[nodiscard]] bool is_managed(const manifests::DesiredWorker& worker) const override {
    return worker.domains.has_value();
  }

  [[nodiscard]] std::vector<WantedExposure> wanted(const Target& target, const LiveZones& live) const override {
    std::vector<WantedExposure> domains;
    if (!target.desired->domains) return domains;
    for (const auto& desired : *target.desired->domains) {
      WantedExposure domain;
      domain.type = ExposureChange::Type::domain;
      domain.name = to_lower(desired.hostname);
      domain.key = domain_key(desired.hostname);
      domain.worker = target.desired->name;
      domain.zone_id = desired.zone_id;
      domain.zone_name = desired.zone;
      domain.adopt = desired.override_existing_origin;
      domain.how_to_adopt = how_to_adopt(*target.desired, desired.where, "override_existing_origin: true");
      domain.body = body_of(desired, domain.worker);
      domain.file = desired.where.file;
      if (live.domains_failure) {
        domain.unread = true;
        domain.problem =
            Block{Reason::read_failed, "the custom domains could not be read: " + to_text(*live.domains_failure),
                  "try again later"};
      } else if (live.domains.is_unknown()) {
        // An unread list is no empty list.
        domain.unread = true;
        domain.problem = Block{Reason::read_failed, "the custom domains were not read", "try again later"};
      }
      domains.push_back(std::move(domain));
    }
    return domains;
  }

  [[nodiscard]] std::vector<LiveExposure> found(const LiveZones& live) const override {
    std::vector<LiveExposure> domains;
    if (!live.domains.is_known()) return domains;
    for (const auto& domain : *live.domains) {
      domains.push_back({ExposureChange::Type::domain, domain.hostname, domain_key(domain.hostname), domain.id,
                         domain.service, domain.zone_id, domain.zone_name});
    }
    return domains;
  }

  [[nodiscard]] JsonObject state(const std::string& name, const std::string& /*zone_id*/,
                                 const std::string& worker) const override {
    return {{"hostname", name}, {"service", worker}};
  }

  // Makes the domain or moves it, with the overrides that the manifest states; send_domain() makes it so where the
  // service wants more, or less.
  [[nodiscard]] PlannedCall put_call(const WantedExposure& wanted, const LiveExposure* live) const override {
    return {"put_domain",
            {},
            live == nullptr ? "lead requests to the Worker" : "lead requests to another Worker than before",
            wanted.body};
  }

  [[nodiscard]] PlannedCall delete_call(const LiveExposure& live) const override {
    return {"delete_domain", {{"domain_id", live.id}}, "no manifest asks for the domain"};
  }
};

}  // namespace

const ExposurePart& domains_part() {
  static const DomainsPart part;
  return part;
}

}  // namespace plumbline::reconciler
