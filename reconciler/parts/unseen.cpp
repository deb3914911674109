#include "reconciler/parts/unseen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

using manifests::SettingRead;

// An upload leaves it out.
bool is_cleared(const Json& value) {
  if (const auto* object = value.if_object()) return object->empty();
  if (const auto* array = value.if_array()) return array->empty();
  return value.is_null();
}

// Whether the active version holds nothing unseen but what the manifest states: we made it and attested so.
bool holds_no_more(const Target& target, const LiveWorker& live) {
  const auto attestation = known_attestation(live);
  return attestation.is_known() && (attestation->unseen == "-" || attestation->unseen == target.attestation.unseen);
}

// Settings that the manifest leaves alone and that nobody could read.
std::vector<std::string> unread_settings(const Target& target, const LiveWorker& live) {
  const bool no_more = holds_no_more(target, live);
  std::vector<std::string> names;
  for (const auto& fact : manifests::setting_facts()) {
    if (!fact.is_unseen() || target.desired->settings.contains(fact.name)) continue;
    // Of what a version of ours carries on it attests nothing.
    const bool seen = fact.read == SettingRead::beta_version ? live.beta_version.is_known() : no_more;
    if (!seen) names.emplace_back(fact.name);
  }
  return names;
}

bool carries_of_beta_version(const Target& target) {
  return std::ranges::any_of(manifests::setting_facts(), [&target](const auto& fact) {
    return fact.read == SettingRead::beta_version && !target.desired->settings.contains(fact.name);
  });
}

/// Settings that only an upload takes and that no read shows: what the active version holds of them is attested as a
/// whole, and brought once where it is not.
class UnseenPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "unseen settings"; }

  void add_reads_to_write(const Subject& subject, Write write, Reads& reads) const override {
    const auto* live = subject.live;
    if (write != Write::upload || live == nullptr || !carries_of_beta_version(*subject.target)) return;
    const auto& account = *subject.account->live;
    const bool no_beta = account.beta_versions.is_absent() || account.beta_list.is_absent();
    const auto* deployment = live->deployment.if_known();
    const bool one_version = deployment != nullptr && deployment->versions.size() == 1;
    if (!no_beta && one_version && live->beta_version.is_unknown()) {
      reads.push_back({Read::Kind::beta_version, live->name});
    }
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    const auto& wanted = view.target->attestation.unseen;
    if (wanted == "-") return diff;
    const auto live = view.attested().unseen;
    const bool is_attested = view.attestation.is_known() && live == wanted;
    if (is_attested) return diff;
    diff.needs(Write::upload);
    diff.why = "bring settings that only an upload takes";
    const bool ours = live != "-";
    for (const auto& entry : unseen_settings(view.target->settings)) {
      const std::string key(entry.key());
      const bool clears = entry.value().is_null();
      if (clears && view.creates()) continue;
      const auto value = clears ? "cleared" : shown(&entry.value());
      if (live == kUnattested) {
        diff.line('?', key, value + ", unattested; brought again", "/" + pointer_segment(key));
      } else {
        diff.line(clears ? '-' : ours ? '~' : '+', key, value, "/" + pointer_segment(key));
      }
    }
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& /*line*/) const override { return Witness::attestation; }

  // What an upload would take away from the live Worker without anybody having seen it.
  void write(const View& view, const PartDiff* /*own*/, VersionDraft& draft) const override {
    if (!draft.uploads() || view.creates()) return;
    const auto names = unread_settings(*view.target, *view.live);
    if (names.empty()) return;
    draft.note({Severity::warning, view.desired().where,
                fmt::format("the upload of Worker \"{}\" would drop these settings if the live Worker has them, which "
                            "Plumbline cannot see: {}",
                            view.name(), fmt::join(names, ", ")),
                "write in the manifest what must stay"});
  }
};

}  // namespace

bool is_unseen_setting(std::string_view key) {
  return manifests::setting_fact(key).is_unseen();
}

JsonObject unseen_settings(const JsonObject& settings) {
  JsonObject unseen;
  for (const auto& entry : settings) {
    if (!is_unseen_setting(entry.key())) continue;
    unseen[entry.key()] = is_cleared(entry.value()) ? Json(nullptr) : entry.value();
  }
  return unseen;
}

std::string unseen_digest(const JsonObject& settings) {
  const auto unseen = unseen_settings(settings);
  return unseen.empty() ? "-" : truncated(sha256_hex(to_canonical_text(unseen)));
}

const Part& unseen_part() {
  static const UnseenPart part;
  return part;
}

}  // namespace plumbline::reconciler
