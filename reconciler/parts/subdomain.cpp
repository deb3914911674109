#include "reconciler/model/canonical.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

/// The Worker's address below workers.dev, and those of its previews. A Worker made through the API begins with both
/// off.
class SubdomainPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "subdomain"; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    if (worker.subdomain) managed.emplace_back(name());
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    if (const auto& stated = target.desired->subdomain) identity[name()] = *stated;
  }

  void add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const override {
    const auto* live = subject.live;
    if (!subject.desired().subdomain || live == nullptr || live->parts.contains(name())) return;
    if (refresh == Refresh::list && known_part(*live, name()) != nullptr) return;
    // One list tells it of all Workers, where the account has that list.
    const bool by_list = subject.account->live->beta_list.is_unknown();
    reads.push_back(by_list ? Read{Read::Kind::beta_list} : Read{Read::Kind::own, live->name, std::string(name())});
  }
  [[nodiscard]] const api::Operation* read_operation() const override { return &*api::OperationRef("get_subdomain"); }
  [[nodiscard]] std::optional<Json> value_in_beta_list(const JsonObject& entry) const override {
    const auto* subdomain = member(entry, "subdomain");
    if (subdomain == nullptr) return std::nullopt;
    JsonObject known;
    for (const auto* key : {"enabled", "previews_enabled"}) {
      if (const auto* value = member(*subdomain, key)) known[key] = *value;
    }
    return known.contains("enabled") ? std::optional<Json>(std::move(known)) : std::nullopt;
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    if (!view.desired().subdomain) return diff;
    const Json desired = *view.desired().subdomain;
    const auto* live = view.live != nullptr ? known_part(*view.live, name()) : nullptr;
    const Json before = live != nullptr ? *live : Json(JsonObject());
    for (const auto& entry : desired.get_object()) {
      const auto* inner = member(before, entry.key());
      if (satisfies(inner, entry.value())) continue;
      const std::string what = "subdomain." + std::string(entry.key());
      if (inner == nullptr) {
        diff.line('+', what, shown(&entry.value()));
      } else {
        diff.lines.push_back(change_line(what, shown(inner), shown(&entry.value())));
      }
    }
    if (!diff.lines.empty()) {
      diff.then.push_back({"post_subdomain", {{"script_name", view.name()}}, "set the workers.dev route", desired});
    }
    return diff;
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    const auto* live = known_part(*view.live, name());
    if (!view.desired().subdomain || live == nullptr) return;
    state[name()] = as_stated(live, *view.desired().subdomain).value_or(nullptr);
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    if (const auto& stated = subject.desired().subdomain) state[name()] = *stated;
  }
  [[nodiscard]] std::optional<Json> value_after(const View& view, const PartDiff* own) const override {
    if (own != nullptr) return *view.desired().subdomain;
    if (!view.creates()) return std::nullopt;
    return JsonObject{{"enabled", false}, {"previews_enabled", false}};
  }
};

}  // namespace

const Part& subdomain_part() {
  static const SubdomainPart part;
  return part;
}

}  // namespace plumbline::reconciler
