#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/model/planned_call.h"
#include "reconciler/parts/part.h"

namespace plumbline::reconciler {

/// The one write of a Worker while its parts add to it. It knows the three forms, so that a part need not:
///   - an upload says everything; what it leaves out is reset,
///   - PATCH settings says what changes, the list of bindings only if one of them does, and then all of it,
///   - PATCH script-settings makes no version, and so attests nothing.
class VersionDraft {
 public:
  /// `view` outlives the draft. `write` is not Write::none.
  VersionDraft(const View& view, Write write);

  [[nodiscard]] bool uploads() const { return write_ == Write::upload; }
  [[nodiscard]] bool makes_version() const { return write_ >= Write::version; }

  /// A member of the metadata, or of the settings.
  template <class Value>
  void set(std::string_view key, Value&& value) {
    body_[key] = std::forward<Value>(value);
  }
  [[nodiscard]] bool has(std::string_view key) const { return body_.contains(key); }

  void bind(std::string_view name, const Json& binding);
  /// The binding stays as the newest version has it.
  void inherit(std::string_view name);
  /// A binding whose value is put in when it is sent.
  void put_secret(std::string name) { secrets_.push_back(std::move(name)); }
  [[nodiscard]] bool puts_secret(std::string_view name) const;
  [[nodiscard]] bool puts_secrets() const { return !secrets_.empty(); }
  /// A PATCH has to send the list of bindings.
  void change_bindings() { changes_bindings_ = true; }

  void set_modules(std::vector<manifests::ModuleFile> modules) { modules_ = std::move(modules); }
  /// A call that the write needs the answer of, and that changes nothing by itself.
  void ask_before(PlannedCall call) { before_.push_back(std::move(call)); }

  /// The tags have to be sent.
  void change_tags() { changes_tags_ = true; }
  [[nodiscard]] bool sends_tags() const { return changes_tags_ || uploads(); }

  /// Said to whoever reads the plan.
  void note(Diagnostic diagnostic) { notes_.push_back(std::move(diagnostic)); }

  /// What the version will hold: as the manifest says, until a part that keeps something else says so.
  Attestation attestation;

  [[nodiscard]] const std::vector<PlannedCall>& before() const { return before_; }
  [[nodiscard]] const std::vector<Diagnostic>& notes() const { return notes_; }
  /// The write itself.
  [[nodiscard]] PlannedCall call(std::string why, const std::string& revision) const;
  /// PATCH settings of the attestation alone, for a version that another call made.
  [[nodiscard]] PlannedCall attesting_call(const std::string& revision) const;

 private:
  [[nodiscard]] JsonObject annotations(const std::string& revision) const;

  const View& view_;
  Write write_;
  JsonObject body_;
  JsonArray bindings_;
  std::vector<std::string> secrets_;
  std::vector<manifests::ModuleFile> modules_;
  std::vector<PlannedCall> before_;
  std::vector<Diagnostic> notes_;
  bool changes_bindings_ = false;
  bool changes_tags_ = false;
};

}  // namespace plumbline::reconciler
