#include "daemon/telemetry/status_names.h"

namespace plumbline::daemon {

std::string_view to_string(PassResult result) {
  switch (result) {
    case PassResult::success:
      return "success";
    case PassResult::noop:
      return "noop";
    case PassResult::error:
      return "error";
    case PassResult::blocked:
      return "blocked";
    case PassResult::superseded:
      return "superseded";
  }
  return "error";
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::fetch:
      return "fetch";
    case Phase::parse:
      return "parse";
    case Phase::observe:
      return "observe";
    case Phase::apply:
      return "apply";
  }
  return "observe";
}

std::string_view to_string(SyncStatus status) {
  switch (status) {
    case SyncStatus::synced:
      return "Synced";
    case SyncStatus::out_of_sync:
      return "OutOfSync";
    case SyncStatus::unknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string_view to_string(HealthStatus status) {
  switch (status) {
    case HealthStatus::missing:
      return "Missing";
    case HealthStatus::suspended:
      return "Suspended";
    case HealthStatus::unknown:
      return "Unknown";
  }
  return "Unknown";
}

std::string_view to_string(Truth truth) {
  switch (truth) {
    case Truth::yes:
      return "True";
    case Truth::no:
      return "False";
    case Truth::unknown:
      return "Unknown";
  }
  return "Unknown";
}

}  // namespace plumbline::daemon
