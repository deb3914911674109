#include <algorithm>

#include "base/text.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

Json to_json(const Schedules& schedules) {
  return JsonArray(schedules.begin(), schedules.end());
}

/// The cron triggers: a set, replaced as a whole. A new Worker has none.
class SchedulesPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "schedules"; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    if (worker.schedules) managed.emplace_back(name());
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    if (target.schedules) identity[name()] = to_json(*target.schedules);
  }

  void add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const override {
    const auto* live = subject.live;
    if (!subject.target->schedules || live == nullptr || live->parts.contains(name())) return;
    if (refresh == Refresh::list && known_part(*live, name()) != nullptr) return;
    reads.push_back({Read::Kind::own, live->name, std::string(name())});
  }
  [[nodiscard]] const api::Operation* read_operation() const override { return &*api::OperationRef("get_schedules"); }
  [[nodiscard]] Json value_read(Json answer) const override { return to_json(schedules_of(answer.get_array())); }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    if (!view.target->schedules) return diff;
    const auto before = live_schedules(view);
    const auto& after = *view.target->schedules;
    if (before == after) return diff;
    for (const auto& cron : after) {
      if (!std::ranges::binary_search(before, cron)) diff.line('+', "schedule " + printable(cron));
    }
    for (const auto& cron : before) {
      if (!std::ranges::binary_search(after, cron)) diff.line('-', "schedule " + printable(cron));
    }
    JsonArray crons;
    for (const auto& cron : after) crons.push_back(JsonObject{{"cron", cron}});
    diff.then.push_back({"put_schedules", {{"script_name", view.name()}}, "set the cron triggers", std::move(crons)});
    return diff;
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    const auto* live = known_part(*view.live, name());
    if (view.target->schedules && live != nullptr) state[name()] = *live;
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    add_identity(*subject.target, state);
  }
  [[nodiscard]] std::optional<Json> value_after(const View& view, const PartDiff* own) const override {
    if (own != nullptr) return to_json(*view.target->schedules);
    return view.creates() ? std::optional<Json>(JsonArray()) : std::nullopt;
  }

 private:
  [[nodiscard]] Schedules live_schedules(const View& view) const {
    Schedules out;
    const auto* live = view.live != nullptr ? known_part(*view.live, name()) : nullptr;
    if (live == nullptr || !live->is_array()) return out;
    for (const auto& cron : live->get_array()) {
      if (cron.is_string()) out.emplace_back(plumbline::view(cron.get_string()));
    }
    return out;
  }
};

}  // namespace

const Part& schedules_part() {
  static const SchedulesPart part;
  return part;
}

}  // namespace plumbline::reconciler
