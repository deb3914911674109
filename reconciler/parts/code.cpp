#include "base/text.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

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
      // Which of the modules differ is not known.
      for (const auto& module : view.desired().modules) {
        diff.line(view.creates() ? '+' : '~', "module " + module.name, "(" + human_bytes(module.size) + ")");
      }
    }
    diff.needs(Write::upload);
    diff.why = "upload the code";
    return diff;
  }

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
