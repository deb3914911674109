#include "reconciler/model/ownership.h"

#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

JsonArray tags_to_write(const View& view) {
  JsonArray tags;
  const auto add = [&tags](const Json* from, auto wanted) {
    if (from == nullptr || !from->is_array()) return;
    for (const auto& tag : from->get_array()) {
      if (tag.is_string() && wanted(plumbline::view(tag.get_string()))) tags.push_back(tag);
    }
  };
  const auto* stated = member(view.desired().settings, "tags");
  const Json* before = view.live != nullptr ? live_tags(*view.live) : nullptr;
  add(stated != nullptr ? stated : before, [](std::string_view tag) { return !is_reserved_tag(tag); });
  // wrangler's `cf:` tags are its memory: nobody else may lose them.
  add(before, [](std::string_view tag) { return is_reserved_tag(tag) && !tag.starts_with(kOwnershipPrefix); });
  tags.emplace_back(ownership_tag({view.account->policy->owner, !view.desired().prune}));
  return tags;
}

/// The tag that says whose the Worker is, which stands among the user's own.
class OwnershipPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "ownership"; }

  void add_identity(const Target& target, JsonObject& identity) const override {
    identity["prune"] = target.desired->prune;
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    // A new one gets it with its upload.
    if (view.creates()) return diff;
    const auto owned = ownership_of(live_tags(*view.live));
    const Ownership wanted{view.account->policy->owner, !view.desired().prune};
    if (owned && owned->owner == wanted.owner && owned->keep == wanted.keep) return diff;
    diff.needs(Write::script_settings);
    if (owned && owned->owner == wanted.owner) {
      diff.line('~', "prune", wanted.keep ? "true -> false" : "false -> true");
    } else {
      diff.line('+', "ownership", ownership_tag(wanted));
    }
    return diff;
  }

  void write(const View& view, const PartDiff* own, VersionDraft& draft) const override {
    if (own != nullptr || draft.sends_tags()) draft.set("tags", tags_to_write(view));
  }
};

}  // namespace

const Part& ownership_part() {
  static const OwnershipPart part;
  return part;
}

}  // namespace plumbline::reconciler
