#include "reconciler/plan/origins.h"

#include <algorithm>
#include <string_view>

#include "reconciler/model/live_settings.h"

namespace plumbline::reconciler {
namespace {

// Of a line about a setting; empty: it is about something else.
std::string_view setting_of(const ChangeLine& line) {
  if (line.pointer.empty()) return {};
  const auto name = std::string_view(line.pointer).substr(1);
  return name.substr(0, name.find('/'));
}

bool is_applied_again(const Subject& subject) {
  const auto& memory = subject.live->memory;
  return memory && memory->applied == subject.target->identity;
}

/// What tells of a Worker how it was: its base, and what the journal remembers.
class Before {
 public:
  explicit Before(const Subject& subject)
      : now_(subject), base_(base_version(*subject.live)), live_(as_before(*subject.live)), view_(subject_before()) {
    // A version attests what it holds.
    if (base_ != nullptr) view_.attestation = Known<Attestation>::known(*base_->attestation);
  }
  Before(const Before&) = delete;
  Before& operator=(const Before&) = delete;
  Before(Before&&) = delete;
  Before& operator=(Before&&) = delete;
  ~Before() = default;

  void set_origins(PartDiff& diff) const {
    const auto before = diff.part->diff(view_);
    for (auto& line : diff.lines) line.origin = origin(*diff.part, line, before);
  }

 private:
  // As it was as far as that is known, and as it is where nothing tells.
  [[nodiscard]] LiveWorker as_before(const LiveWorker& live) const {
    LiveWorker out;
    out.name = live.name;
    out.entry = live.entry;
    auto settings = LiveSettings(live).copy();
    if (base_ != nullptr) {
      for (const auto& entry : base_->settings) settings[entry.key()] = entry.value();
    }
    if (live.memory) {
      for (const auto& entry : live.memory->agreed.settings) settings[entry.key()] = entry.value();
      out.parts = live.memory->agreed.parts;
    }
    out.settings = Known<JsonObject>::known(std::move(settings));
    return out;
  }

  [[nodiscard]] View subject_before() const {
    Subject before = now_;
    before.live = &live_;
    return View(before);
  }

  [[nodiscard]] Origin origin(const Part& part, const ChangeLine& line, const PartDiff& before) const {
    switch (part.witness(line)) {
      case Witness::version:
        return is_asked_for() ? Origin::intent : by_version(line, before);
      case Witness::attestation:
        return is_asked_for() ? Origin::intent : by_attestation(part, line, before);
      case Witness::journal:
        return by_journal(part, line, before);
    }
    return Origin::unknown;
  }

  // Some manifest asked for all that the active version holds, and nobody went back to it.
  [[nodiscard]] bool is_asked_for() const { return is_attested(*now_.live) && !is_rolled_back(*now_.live); }

  // Nobody has the base: the journal may know all the same that the manifest asks for nothing new.
  [[nodiscard]] Origin without_base() const { return is_applied_again(now_) ? Origin::drift : Origin::unknown; }

  [[nodiscard]] Origin by_version(const ChangeLine& line, const PartDiff& before) const {
    if (base_ == nullptr) return without_base();
    const auto setting = setting_of(line);
    if (!setting.empty() && !base_->settings.contains(setting)) return without_base();
    return against(line, before);
  }

  [[nodiscard]] Origin by_attestation(const Part& part, const ChangeLine& line, const PartDiff& before) const {
    if (base_ == nullptr) return without_base();
    if (!before.differs()) return Origin::drift;
    // That it changed at all is not known.
    if (line.symbol == '?') return Origin::intent;
    JsonObject live;
    JsonObject base;
    part.add_state_before(View(now_), live);
    part.add_state_before(view_, base);
    return live == base ? Origin::intent : Origin::both;
  }

  [[nodiscard]] Origin by_journal(const Part& part, const ChangeLine& line, const PartDiff& before) const {
    const auto& memory = now_.live->memory;
    if (!memory || memory->applied.empty()) return Origin::unknown;
    if (is_applied_again(now_)) return Origin::drift;
    const auto setting = setting_of(line);
    // What a list of the account tells is the same then and now.
    const bool told = setting.empty() ? part.read_operation() != nullptr && memory->agreed.parts.contains(part.name())
                                      : memory->agreed.settings.contains(setting);
    return told ? against(line, before) : Origin::unknown;
  }

  // A line that was not there before is somebody's doing alone, one that was the same is the manifest's.
  static Origin against(const ChangeLine& line, const PartDiff& before) {
    const auto found = std::ranges::find(before.lines, line.what, &ChangeLine::what);
    if (found == before.lines.end()) return Origin::drift;
    return found->symbol == line.symbol && found->detail == line.detail ? Origin::intent : Origin::both;
  }

  Subject now_;
  const Version* base_;
  LiveWorker live_;
  View view_;
};

bool has_line_that_versions_tell(const PartDiff& diff) {
  return std::ranges::any_of(diff.lines, [&diff](const ChangeLine& line) {
    return line.is_difference() && diff.part->witness(line) != Witness::journal;
  });
}

}  // namespace

bool needs_versions(const WorkerDiff& diff, const LiveWorker& live) {
  if (is_attested(live) || !live.versions.is_unknown()) return false;
  const auto* deployment = live.deployment.if_known();
  const bool one_version = deployment != nullptr && deployment->versions.size() == 1;
  return one_version && std::ranges::any_of(diff.parts, has_line_that_versions_tell);
}

void set_origins(const Subject& subject, WorkerDiff& diff) {
  const Before before(subject);
  for (auto& part : diff.parts) before.set_origins(part);
}

Origin origin_of(const std::vector<ChangeLine>& lines) {
  std::optional<Origin> all;
  for (const auto& line : lines) {
    if (line.is_difference()) all = all ? joined(*all, line.origin) : line.origin;
  }
  return all.value_or(Origin::intent);
}

}  // namespace plumbline::reconciler
