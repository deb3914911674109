#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time_point.h"
#include "reconciler/model/policy.h"

/// What persons have decided beside git: what is suspended, which plans are approved.
namespace plumbline::daemon {

struct Suspension {
  enum class By { person, configuration };
  std::string reason;  ///< one line, for people; may be empty
  TimePoint since;
  std::optional<TimePoint> until{};  ///< nothing: until somebody resumes it
  By by = By::person;

  friend bool operator==(const Suspension&, const Suspension&) = default;
};

/// `until 2026-10-01T12:00:00Z: moving the shop`; `until somebody resumes it`; `by the configuration`
std::string describe(const Suspension& suspension);

/// How to end it. `what`: `production`, `production/checkout`.
std::string how_to_resume(const Suspension& suspension, const std::string& what);

/// The decisions about one source.
struct SourceDecisions {
  std::optional<Suspension> suspension;       ///< of the whole source
  std::map<std::string, Suspension> workers;  ///< of single Workers, by name
  reconciler::ApprovedPlan approved;

  friend bool operator==(const SourceDecisions&, const SourceDecisions&) = default;
};

struct AllDecisions {
  std::map<std::string, SourceDecisions> sources;  ///< by name
  /// Of the sources that are not in `sources`. Only where the file was damaged once: what it said of them is not known.
  std::optional<Suspension> others{};

  friend bool operator==(const AllDecisions&, const AllDecisions&) = default;
};

/// The file as text, `{"version": 1, "sources": {"production": {…}}}`, and back. The error says what is wrong with it.
std::string decisions_to_text(const AllDecisions& decisions);
Result<AllDecisions> decisions_from_text(std::string_view text);

/// All decisions, kept in a file of their own: unlike the journal, which may be lost at any time, they are nowhere
/// else. Values are read on the loop thread; writing the file is left to the caller, because it blocks.
class Decisions {
 public:
  /// Of the file at `path`; none if there is no such file. A file that cannot be read does not say who wanted to be
  /// left alone: it is copied to `<path>.corrupt` and replaced, problem() is set, and every source counts as suspended
  /// until a person decides about it. Blocks.
  explicit Decisions(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Why the file could not be read when it was opened, for a person; empty if it could.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// What holds at `now`: suspensions that have ended are left out.
  [[nodiscard]] SourceDecisions of(const std::string& source, TimePoint now) const;
  /// The earliest end of a suspension of that source; nothing if none ends by itself.
  [[nodiscard]] std::optional<TimePoint> next_end(const std::string& source, TimePoint now) const;

  /// The decisions as they would be after `change`.
  [[nodiscard]] AllDecisions with(const std::string& source, const std::function<void(SourceDecisions&)>& change) const;
  /// Takes over what is in the file now.
  void set(AllDecisions decisions) { decisions_ = std::move(decisions); }

 private:
  std::string path_;
  std::string problem_;
  AllDecisions decisions_;
};

}  // namespace plumbline::daemon
