#include "base/text.h"
#include "reconciler/model/canonical.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

std::string described_binding(const JsonObject& binding) {
  JsonObject rest = binding;
  rest.erase("type");
  std::string text(string_member(binding, "type"));
  if (rest.size() == 1) {
    text += ' ' + shown(&rest.begin()->value());
  } else if (!rest.empty()) {
    const Json all(rest);
    text += ' ' + shown(&all);
  }
  return text;
}

ChangeLine changed_line(const std::string& what, const JsonObject& before, const JsonObject& after,
                        const std::string& note) {
  const bool text = string_member(before, "type") == "plain_text" && string_member(after, "type") == "plain_text";
  if (text) return change_line(what, shown(member(before, "text")), shown(member(after, "text")));
  return change_line(what, described_binding(before), described_binding(after) + note);
}

Read::Kind list_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kv_namespace:
      return Read::Kind::kv_namespaces;
    case ResourceKind::d1_database:
      return Read::Kind::d1_databases;
    case ResourceKind::hyperdrive_config:
      return Read::Kind::hyperdrive_configs;
  }
  return Read::Kind::kv_namespaces;
}

enum class Names {
  unknown,  ///< those that no memory tells
  all,      ///< those as well that a memory tells
};

void add_lists(const Subject& subject, Names which, Reads& reads) {
  const auto& resources = subject.account->live->resources;
  for (const auto& named : subject.target->names) {
    const auto found = resources.find(named.kind);
    const bool unread = found == resources.end() || found->second.is_unread();
    if (unread && (which == Names::all || named.id.empty())) reads.push_back({list_of(named.kind)});
  }
}

/// The bindings that are no secrets. Stated, they are the exact set; a version names each of them.
class BindingsPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "bindings"; }

  void add_identity(const Target& target, JsonObject& identity) const override {
    if (target.desired->vars_policy == manifests::VarsPolicy::keep) identity["vars_policy"] = "keep";
  }

  void add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const override {
    add_lists(subject, refresh == Refresh::full ? Names::all : Names::unknown, reads);
  }
  // What a memory tells is looked up again before it is written.
  void add_reads_to_write(const Subject& subject, Write /*write*/, Reads& reads) const override {
    add_lists(subject, Names::all, reads);
  }

  [[nodiscard]] std::optional<Block> obstacle(const Subject& subject) const override {
    return name_block(*subject.target, *subject.account->live);
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    const auto* desired = stated(view.target->settings);
    if (desired == nullptr) return diff;
    const auto& before = view.bindings();
    for (const auto& entry : *desired) add_wanted(view, before, entry, diff);
    for (const auto& entry : before) {
      if (desired->contains(entry.key()) || view.desired().secrets.contains(std::string(entry.key()))) continue;
      add_line({'-', {}, std::string(string_member(entry.value(), "type")) + "; no longer in the manifest", {}, {}},
               entry.key(), diff);
    }
    if (!diff.lines.empty()) diff.needs(Write::version);
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& /*line*/) const override { return Witness::version; }

  void write(const View& view, const PartDiff* own, VersionDraft& draft) const override {
    if (!draft.makes_version()) return;
    if (own != nullptr) draft.change_bindings();
    const auto* desired = stated(view.target->settings);
    const auto& before = view.bindings();
    if (desired == nullptr) {
      for (const auto& entry : before) draft.inherit(entry.key());
      return;
    }
    for (const auto& entry : *stated(view.desired().settings)) {
      // A PATCH inherits what stays, because echoing a read loses fields.
      const bool stays = !draft.uploads() && is_live(before, entry.key(), *desired);
      stays ? draft.inherit(entry.key()) : draft.bind(entry.key(), entry.value());
    }
  }

 private:
  static const JsonObject* stated(const JsonObject& settings) {
    const auto* bindings = member(settings, "bindings");
    return bindings != nullptr ? bindings->if_object() : nullptr;
  }

  static bool is_live(const JsonObject& live, std::string_view name, const JsonObject& desired) {
    const auto* before = member(live, name);
    const auto* wanted = member(desired, name);
    return before != nullptr && wanted != nullptr && binding_satisfies(before->get_object(), wanted->get_object());
  }

  static void add_line(ChangeLine line, std::string_view binding, PartDiff& diff) {
    if (line.what.empty()) line.what = "binding " + std::string(binding);
    line.pointer = "/bindings/" + pointer_segment(binding);
    diff.lines.push_back(std::move(line));
  }

  static void add_wanted(const View& view, const JsonObject& before, const JsonObject::value_type& entry,
                         PartDiff& diff) {
    const auto* found = member(before, entry.key());
    const auto& wanted = entry.value().get_object();
    const auto note = name_note(*view.target, entry.key());
    const std::string what = "binding " + std::string(entry.key());
    if (found == nullptr) {
      add_line({'+', what, described_binding(wanted) + note, {}, {}}, entry.key(), diff);
    } else if (!binding_satisfies(found->get_object(), wanted)) {
      add_line(changed_line(what, found->get_object(), wanted, note), entry.key(), diff);
    }
  }
};

}  // namespace

const Part& bindings_part() {
  static const BindingsPart part;
  return part;
}

}  // namespace plumbline::reconciler
