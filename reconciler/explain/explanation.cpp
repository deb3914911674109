#include "reconciler/explain/explanation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reconciler/explain/exposure.h"

namespace plumbline::reconciler {
namespace {

std::string phrase_of(const WorkerChange& change) {
  if (change.deferred) return "has not been read yet; the audit reads it";
  switch (change.action) {
    case Action::no_op:
      return change.block ? "is held back" : "is as its manifest says";
    case Action::create:
      return "is to be created";
    case Action::update:
      return change.importing ? "is to be adopted and changed" : "is to be changed";
    case Action::remove:
      return "is to be deleted: " + change.reason;
    case Action::forget:
      break;
  }
  return "is left as it is: " + change.reason;
}

std::string phrase_of(const ExposureChange& change) {
  if (change.block) return "is held back: " + change.block->message;
  switch (change.action) {
    case Action::no_op:
      return "leads to it";
    case Action::create:
      return "is to be created";
    case Action::update:
      return "is to be moved: " + change.detail;
    case Action::remove:
      return "is to be deleted: " + change.detail;
    case Action::forget:
      break;
  }
  return "is left as it is: " + change.detail;
}

std::vector<std::string> differences_of(const WorkerChange& change) {
  std::vector<std::string> out;
  for (const auto& line : change.lines) {
    if (line.is_difference()) out.push_back(line.what + (line.is_drift() ? " (drift)" : ""));
  }
  return out;
}

class Explainer {
 public:
  Explainer(const Plan& plan, std::string_view name) : plan_(plan) { out_.name = name; }

  std::optional<WorkerExplanation> run() {
    const auto change = std::ranges::find(plan_.workers, out_.name, &WorkerChange::name);
    const auto broken = std::ranges::find(plan_.broken, out_.name, &BrokenWorker::name);
    const auto* live = live_worker();
    const bool is_broken = broken != plan_.broken.end();
    if (change == plan_.workers.end() && !is_broken && live == nullptr) return std::nullopt;
    if (live != nullptr) add_live(*live);
    if (change != plan_.workers.end()) {
      add_change(*change);
    } else if (is_broken) {
      out_.state = "is left as it is, because its manifest has an error";
      out_.revision = plan_.revision;
    } else {
      out_.state = out_.owner.empty() ? "has no manifest in this source, and nobody has claimed it"
                                      : "has no manifest in this source, and belongs to " + out_.owner;
    }
    add_exposure_of_others();
    add_bound();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const LiveWorker* live_worker() const {
    if (plan_.observed == nullptr) return nullptr;
    const auto found = plan_.observed->workers.find(out_.name);
    return found == plan_.observed->workers.end() ? nullptr : &found->second;
  }

  void add_live(const LiveWorker& live) {
    out_.is_live = true;
    if (const auto owned = ownership_of(live_tags(live))) out_.owner = to_string(owned->owner);
    const auto active = known_active(live);
    out_.version = active.id;
    out_.since = active.since;
    out_.live_revision = active.revision;
    if (const auto settings = known_settings(live); settings.is_known() && !newest_is_not_active(live)) {
      out_.live_file = manifest_file_of(member(*settings, "annotations"));
    }
    if (out_.live_file.empty() && live.memory && live.clean) out_.live_file = live.memory->file;
    out_.maker = maker_of_active(live);
    const auto* deployment = live.deployment.if_known();
    if (deployment != nullptr && deployment->is_split()) {
      for (const auto& share : deployment->versions) {
        out_.split.push_back(fmt::format("{} {:g} %", share.version_id, share.percentage));
      }
    }
    if (live.failure) out_.unknown.push_back("it could not be read: " + api::to_text(*live.failure));
  }

  void add_change(const WorkerChange& change) {
    out_.file = change.file;
    if (change.target) out_.line = change.target->manifest->where.line;
    if (!change.file.empty()) out_.revision = plan_.revision;
    out_.state = phrase_of(change);
    out_.differences = differences_of(change);
    out_.block = change.block;
    out_.waits_for = change.needs;
    if (change.block) {
      for (const auto& address : change.block->waits_for) {
        const bool told = std::ranges::find(out_.waits_for, address) != out_.waits_for.end();
        if (!told) out_.waits_for.push_back(address);
      }
    }
    for (const auto& exposure : change.exposure) {
      out_.exposure.push_back({address_of(exposure), exposure.zone_name, phrase_of(exposure)});
    }
  }

  // What leads to it although no manifest of the source asks for it.
  void add_exposure_of_others() {
    const auto exposure = exposure_of(plan_);
    const auto add = [this](ExposureChange::Type type, const std::string& name, const std::string& zone) {
      auto address = address_of(type, name);
      const bool told = std::ranges::find(out_.exposure, address, &ExplainedExposure::address) != out_.exposure.end();
      if (!told) out_.exposure.push_back({std::move(address), zone, "leads to it; not of this source's manifests"});
    };
    for (const auto& route : exposure.routes) {
      if (route.worker == out_.name) add(ExposureChange::Type::route, route.pattern, route.zone_name);
    }
    for (const auto& domain : exposure.domains) {
      if (domain.worker == out_.name) add(ExposureChange::Type::domain, domain.hostname, domain.zone_name);
    }
    for (const auto& zone : exposure.zones) {
      if (!zone.unread.empty()) {
        out_.unknown.push_back(
            fmt::format("the routes of zone {}: {}", zone.name.empty() ? zone.id : zone.name, zone.unread));
      }
    }
    out_.unknown.emplace_back("routes in zones that no manifest of the source names");
    if (!exposure.domains_unread.empty()) {
      out_.unknown.push_back("the custom domains: " + exposure.domains_unread);
    }
  }

  void add_bound() {
    const BoundWorkers bound(plan_);
    out_.binds = bound.bound_by(out_.name);
    out_.bound_by = bound.binding(out_.name);
    out_.consumes = bound.consumed_by(out_.name);
    if (bound.unread() > 0) {
      out_.unknown.push_back(fmt::format("what {} of the account bind: not read, because they are not this source's",
                                         counted(bound.unread(), "other Worker")));
    }
  }

  const Plan& plan_;
  WorkerExplanation out_;
};

}  // namespace

std::optional<WorkerExplanation> explain_worker(const Plan& plan, std::string_view name) {
  constexpr std::string_view kAddress = "worker.";
  if (name.starts_with(kAddress)) name.remove_prefix(kAddress.size());
  return Explainer(plan, name).run();
}

}  // namespace plumbline::reconciler
