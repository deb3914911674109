#include <algorithm>

#include "base/text.h"
#include "reconciler/model/module_change.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

char symbol_of(const ModuleChange& change) {
  // Without the live code it is not known which of them differs.
  switch (change.action.value_or(Action::update)) {
    case Action::create:
      return '+';
    case Action::remove:
      return '-';
    default:
      return '~';
  }
}

// `(1.2 kB)`, `1.2 kB -> 1.3 kB`
ChangeLine line_of(const ModuleChange& change) {
  const auto what = "module " + change.name;
  const auto symbol = symbol_of(change);
  if (!change.size || !change.size_before) {
    return {symbol, what, "(" + human_bytes(change.size ? *change.size : *change.size_before) + ")"};
  }
  const auto before = human_bytes(*change.size_before);
  const auto after = human_bytes(*change.size);
  return before == after ? ChangeLine{symbol, what, "(" + after + ")"} : change_line(what, before, after);
}

void add_lines(const View& view, PartDiff& diff) {
  const auto changes = module_changes(*view.target, view.live);
  const auto is_shown = [](const ModuleChange& change) { return change.action != Action::no_op; };
  for (const auto& change : changes) {
    if (is_shown(change)) diff.lines.push_back(line_of(change));
  }
  // A Worker of assets alone has none.
  if (changes.empty() || std::ranges::any_of(changes, is_shown)) return;
  // The bytes of all are the same: another one is the entry, or the syntax differs.
  diff.line('~', "module " + changes.front().name, "is the entry now");
}

/// The modules. A version attests them as a whole.
class CodePart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "modules"; }

  void add_identity(const Target& target, JsonObject& identity) const override {
    identity["modules"] = target.attestation.modules;
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    const auto* known = view.attestation.if_known();
    if (view.live != nullptr && is_rolled_back(*view.live)) {
      // What a read tells of the settings is of the newest version: the active one is made anew, whatever it holds.
      diff.line('~', "version", "an older one is active");
    } else if (known != nullptr && known->modules == view.target->attestation.modules) {
      return diff;
    } else {
      add_lines(view, diff);
      if (!view.creates() && view.live->content.is_unknown()) diff.for_people = Read::Kind::content;
    }
    diff.needs(Write::upload);
    diff.why = "upload the code";
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& /*line*/) const override { return Witness::attestation; }

  void write(const View& view, const PartDiff* /*own*/, VersionDraft& draft) const override {
    if (!draft.uploads()) return;
    const auto& modules = view.desired().modules;
    const bool is_module = view.desired().syntax == manifests::Syntax::module;
    // The part of a service worker is named like its file, as every part is.
    if (!modules.empty()) draft.set(is_module ? "main_module" : "body_part", modules.front().name);
    draft.set_modules(modules);
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    if (const auto* known = view.attestation.if_known()) state["modules"] = known->modules;
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    state["modules"] = subject.target->attestation.modules;
  }
};

}  // namespace

const Part& code_part() {
  static const CodePart part;
  return part;
}

}  // namespace plumbline::reconciler
