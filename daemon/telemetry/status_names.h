#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_point.h"

/// The words for states, used by both /metrics and /api/v1/status.
namespace plumbline::daemon {

enum class PassResult { success, noop, error, blocked, superseded };
inline constexpr std::array kPassResults{PassResult::success, PassResult::noop, PassResult::error, PassResult::blocked,
                                         PassResult::superseded};
std::string_view to_string(PassResult result);

/// Why a fetch brought nothing to apply.
enum class FetchFailure {
  fetch,         ///< the repository cannot be read
  verification,  ///< the newest commit is not signed by a trusted key
};

/// `observe` means reading the account and comparing: one phase of the reconciler.
enum class Phase { fetch, parse, observe, apply };
inline constexpr std::array kPhases{Phase::fetch, Phase::parse, Phase::observe, Phase::apply};
std::string_view to_string(Phase phase);

enum class SyncStatus { synced, out_of_sync, unknown };
inline constexpr std::array kSyncStatuses{SyncStatus::synced, SyncStatus::out_of_sync, SyncStatus::unknown};
std::string_view to_string(SyncStatus status);

/// Nothing probes Workers yet, so the health of an existing Worker is `unknown`.
enum class HealthStatus { missing, suspended, unknown };
std::string_view to_string(HealthStatus status);

enum class Truth { yes, no, unknown };
inline constexpr std::array kTruths{Truth::yes, Truth::no, Truth::unknown};
std::string_view to_string(Truth truth);  ///< `True`, `False`, `Unknown`

/// The conditions of a source.
inline constexpr std::array<std::string_view, 7> kConditionTypes{
    "Ready", "Reconciling", "Stalled", "SourceVerified", "Drifted", "Blocked", "RateLimited"};

/// One Worker or ZoneWorker, as the last pass saw it.
struct WorkerStatus {
  std::string name;  ///< `checkout`, `zone_worker.example.com`
  SyncStatus sync = SyncStatus::unknown;
  HealthStatus health = HealthStatus::unknown;
  /// A revision that is live: the one that the active version was made from, or, where the version names none and the
  /// Worker is synced, the one that it was compared with. Empty if it is not known.
  std::string revision{};
  std::string version{};  ///< the active version, as a UUID; empty if it is not known, or if there are several
  std::optional<TimePoint> since{};    ///< when that version became active; nothing if it is not known
  std::optional<TimePoint> read_at{};  ///< as of when all of this holds; nothing if it could never be read
  std::string reason{};   ///< why it is not synced, in one word: `OwnershipConflict`; empty if it is synced
  std::string message{};  ///< the same for a person
  std::string mend{};     ///< what to do about it; may be empty
  std::vector<std::string> waits_for{};  ///< addresses of the Workers that have to change first: `worker.auth`
  /// Who changed it behind Plumbline's back, as far as the service tells: `dash`, `alice@example.com (wrangler)`.
  std::string changed_by{};

  friend bool operator==(const WorkerStatus&, const WorkerStatus&) = default;
};

}  // namespace plumbline::daemon
