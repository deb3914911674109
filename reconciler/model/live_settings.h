#pragma once

#include <string_view>

#include "base/json.h"
#include "reconciler/model/live.h"

namespace plumbline::reconciler {

/// The settings of a live Worker as known_settings() gives them, looked up one by one where they stand: nothing is
/// copied. Points into the Worker, which outlives this and does not change meanwhile.
class LiveSettings {
 public:
  LiveSettings() = default;  ///< nothing is known
  explicit LiveSettings(const LiveWorker& worker);

  [[nodiscard]] bool is_known() const { return settings_ != nullptr; }
  /// A setting in the API's form; nullptr if it is not there, or nothing is known.
  [[nodiscard]] const Json* find(std::string_view key) const;
  /// All of them; empty if nothing is known.
  [[nodiscard]] JsonObject copy() const;

 private:
  const JsonObject* settings_ = nullptr;  ///< what was read, or is remembered
  const JsonObject* entry_ = nullptr;     ///< of the list
  const Json* bindings_ = nullptr;        ///< those that count instead; nullptr: there are none
  bool from_memory_ = false;
};

}  // namespace plumbline::reconciler
