#include "daemon/controller/worker_status.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "api/reaction.h"
#include "base/text.h"
#include "base/time_point.h"
#include "daemon/controller/result_words.h"
#include "reconciler/model/ownership.h"

namespace plumbline::daemon {
namespace {

using reconciler::Action;
using reconciler::ActiveVersion;
using reconciler::Block;
using reconciler::ExposureChange;
using reconciler::Reason;
using reconciler::WorkerChange;
using Status = reconciler::ChangeStatus;

bool is_equal(const WorkerChange& change) {
  return change.action == Action::no_op && !change.block &&
         std::ranges::all_of(change.exposure, [](const ExposureChange& exposure) {
           return (exposure.action == Action::no_op || exposure.action == Action::forget) && !exposure.block;
         });
}

// The first block of a Worker: its own, or one of its exposure.
const Block* block_of(const WorkerChange& change) {
  if (change.block) return &*change.block;
  const auto held = std::ranges::find_if(change.exposure, [](const auto& exposure) { return !!exposure.block; });
  return held == change.exposure.end() ? nullptr : &*held->block;
}

// The service writes a version with dashes or without them, depending on the call.
std::string as_uuid(std::string id) {
  constexpr std::size_t kDigits = 32;
  if (id.size() != kDigits || id.contains('-')) return id;
  for (const auto place : std::array<std::size_t, 4>{20, 16, 12, 8}) id.insert(place, 1, '-');
  return id;
}

// `alice@example.com (wrangler)`
std::string who(const reconciler::VersionMaker& maker) {
  if (maker.email.empty() || maker.source.empty()) return maker.email + maker.source;
  return maker.email + " (" + maker.source + ")";
}

std::string changed_by(const WorkerChange& change) {
  if (reconciler::has_drift(change.origin)) return who(change.edit);
  const bool redeployed =
      change.block && (change.block->reason == Reason::rolled_back || change.block->reason == Reason::foreign_rollout);
  const auto* deployment = redeployed && change.live ? change.live->deployment.if_known() : nullptr;
  return deployment != nullptr ? deployment->source : std::string();
}

void tell_live(WorkerStatus& status, const ActiveVersion& active, const PassReport& report) {
  status.version = as_uuid(active.id);
  status.since = parse_rfc3339(active.since);
  status.revision = active.revision;
  if (status.revision.empty() && status.sync == SyncStatus::synced) status.revision = report.revision;
}

ActiveVersion active_of(const std::shared_ptr<const reconciler::LiveWorker>& live) {
  return live ? known_active(*live) : ActiveVersion();
}

// What is looked up for one Worker after another.
class Index {
 public:
  explicit Index(const PassReport& report) {
    for (const auto& result : report.applied.workers) results_.emplace(result.name, &result);
    for (const auto& change : report.plan->workers) {
      by_address_.emplace(address_of(change), &change);
      for (const auto& exposure : change.exposure) by_address_.emplace(address_of(exposure), &change);
    }
  }

  // What came of a Worker; null: it was not to be written.
  [[nodiscard]] const reconciler::WorkerResult* result(std::string_view worker) const {
    const auto found = results_.find(worker);
    return found == results_.end() ? nullptr : found->second;
  }

  // The Worker of an address: its own, or that of a route or domain that leads to it.
  [[nodiscard]] const WorkerChange* behind(const std::string& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string_view, const reconciler::WorkerResult*> results_;
  std::map<std::string, const WorkerChange*> by_address_;
};

// The needs of a Worker that the apply has left open.
std::vector<std::string> open_needs(const WorkerChange& change, const Index& index) {
  std::vector<std::string> open;
  for (const auto& need : change.needs) {
    const auto* other = index.behind(need);
    const auto* result = other != nullptr ? index.result(other->name) : nullptr;
    const bool is_done = result != nullptr && result->status == Status::done;
    auto address = other != nullptr ? address_of(*other) : need;
    const bool is_told = std::ranges::find(open, address) != open.end();
    if (!is_done && !is_told) open.push_back(std::move(address));
  }
  return open;
}

void explain(WorkerStatus& status, const Block& block) {
  status.reason = to_string(block.reason);
  status.message = block.message;
  status.mend = block.override_with;
  status.waits_for = block.waits_for;
  // A route waits for its own Worker, and this is the Worker's status.
  std::erase(status.waits_for, reconciler::worker_address(status.name));
}

std::string mend_of(Status result, const std::optional<api::Error>& error, const std::vector<std::string>& waits_for) {
  if (!waits_for.empty()) return "see what the status says about " + listed(waits_for);
  if (result != Status::failed) return "nothing: the next pass tries again";
  if (!error) return {};
  if (api::may_want_key(*error)) return std::string(api::kUseKey);
  switch (api::reaction(*error)) {
    case api::Reaction::ask_user:
      return "correct what the API refuses; every pass tries again";
    case api::Reaction::stop_account:
    case api::Reaction::skip_zone:
      return "give the token of the account the permission that it lacks";
    default:
      return "nothing: the next pass tries again";
  }
}

template <class Result>
void explain(WorkerStatus& status, const Result& result) {
  if (result.status == Status::done) return;
  status.reason = result.status == Status::failed    ? "ReconciliationFailed"
                  : result.status == Status::skipped ? "DependencyNotReady"
                                                     : "Progressing";
  status.message = result.message;
  status.mend = mend_of(result.status, result.error, status.waits_for);
}

// Nothing stands in the way of the change, and it was not begun.
void explain_idle(WorkerStatus& status, const PassReport& report) {
  if (report.suspended) {
    status.reason = to_string(Reason::suspended);
    status.message = "its source is suspended " + describe(*report.suspended);
    status.mend = how_to_resume(*report.suspended, report.plan->owner.source);
  } else if (report.plan->policy == reconciler::Prune::report) {
    status.reason = "ReportOnly";
    status.message = "it differs from what the source asks for, and the policy of the source is report";
    status.mend = "apply it by hand with plumbline apply, or give the source the policy upsert-only or sync";
  } else {
    status.reason = "Progressing";
    status.message = "its change was not begun yet";
    status.mend = "nothing: the next pass tries again";
  }
}

void explain_deferred(WorkerStatus& status) {
  status.reason = "Progressing";
  status.message = "it has not been read yet";
  status.mend = "nothing: the audit reads it as soon as the budget of calls allows";
}

std::optional<TimePoint> read_at(bool is_unread, bool is_written, const PassReport& report) {
  if (is_written) return report.finished;
  return is_unread ? std::nullopt : std::optional(report.plan->observed_at);
}

WorkerStatus status_of(const WorkerChange& change, const PassReport& report, const Index& index) {
  WorkerStatus status{.name = change.name};
  const auto* result = index.result(change.name);
  const bool written = result != nullptr && result->status == Status::done;
  const auto* block = block_of(change);
  const bool synced = !change.deferred && (is_equal(change) || (written && block == nullptr));
  const bool unknown = change.deferred || is_unread(change);
  status.sync = synced ? SyncStatus::synced : unknown ? SyncStatus::unknown : SyncStatus::out_of_sync;
  if (!change.live && !written) status.health = HealthStatus::missing;
  const bool has_new_version = result != nullptr && result->own == Status::done && change.writes();
  tell_live(status, has_new_version ? result->active : active_of(change.live), report);
  status.read_at = read_at(unknown, written, report);
  if (synced) return status;
  status.changed_by = changed_by(change);
  if (block != nullptr) {
    explain(status, *block);
  } else if (change.deferred) {
    explain_deferred(status);
  } else if (result != nullptr) {
    if (result->status == Status::skipped) status.waits_for = open_needs(change, index);
    explain(status, *result);
  } else {
    explain_idle(status, report);
  }
  return status;
}

// The script of a zone is managed like a Worker, and listed beside the Workers. It has neither versions nor an author.
WorkerStatus status_of(const reconciler::ZoneWorkerChange& change, const PassReport& report) {
  WorkerStatus status{.name = address_of(change)};
  const auto& applied = report.applied.zone_workers;
  const auto result = std::ranges::find(applied, status.name, &reconciler::AddressedResult::address);
  const bool told = result != applied.end();
  const bool written = told && result->status == Status::done;
  const bool synced = !change.block && (change.action == Action::no_op || written);
  status.sync = synced ? SyncStatus::synced : change.unread ? SyncStatus::unknown : SyncStatus::out_of_sync;
  if (change.action == Action::create && !written) status.health = HealthStatus::missing;
  tell_live(status, {}, report);
  status.read_at = read_at(change.unread, written, report);
  if (change.block) {
    explain(status, *change.block);
  } else if (told) {
    explain(status, *result);
  } else if (!synced) {
    explain_idle(status, report);
  }
  return status;
}

// Its desired state is unknown, so the live state cannot be compared with anything.
WorkerStatus status_of(const reconciler::BrokenWorker& broken, const PassReport& report) {
  WorkerStatus status{.name = broken.name,
                      .sync = SyncStatus::unknown,
                      .health = broken.live ? HealthStatus::unknown : HealthStatus::missing,
                      .read_at = report.plan->observed_at,
                      .reason = std::string(to_string(Reason::source_incomplete)),
                      .message = "its manifest has an error, so it is left as it is",
                      .mend = "correct the manifest"};
  tell_live(status, active_of(broken.live), report);
  return status;
}

bool waits_to_go(const WorkerChange& change, const PassReport& report) {
  return !report.deletes_wait_for.empty() && is_leftover(change);
}

WorkerStatus status_of_waiting(const WorkerChange& change, const PassReport& report) {
  WorkerStatus status{.name = change.name,
                      .sync = SyncStatus::out_of_sync,
                      .read_at = report.plan->observed_at,
                      .reason = "DependencyNotReady",
                      .message = wait_of(report),
                      .mend = "see what the status says about source " + report.deletes_wait_for};
  tell_live(status, active_of(change.live), report);
  return status;
}

bool is_gone(const WorkerChange& change, const Index& index) {
  const auto* result = index.result(change.name);
  return change.action == Action::remove && result != nullptr && result->status == Status::done;
}

std::string text_of(const std::optional<TimePoint>& time) {
  return time ? to_rfc3339(*time) : std::string();
}

// An object that is written as it comes. Of texts that hold nothing to escape, which are nearly all, nothing is copied
// twice.
class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) { out_ += '{'; }

  void field(std::string_view name, std::string_view value) {
    begin(name);
    append(value);
  }
  void field_or_null(std::string_view name, std::string_view value) {
    begin(name);
    if (value.empty()) {
      out_ += "null";
    } else {
      append(value);
    }
  }
  void field(std::string_view name, const std::vector<std::string>& values) {
    begin(name);
    out_ += '[';
    for (const auto& value : values) {
      if (out_.back() != '[') out_ += ',';
      append(value);
    }
    out_ += ']';
  }
  void end() { out_ += '}'; }

 private:
  void begin(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_.append("\"").append(name).append("\":");
  }

  void append(std::string_view value) {
    const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (plain) {
      out_.append("\"").append(value).append("\"");
    } else {
      out_ += to_text(Json(value));
    }
  }

  std::string& out_;
};

}  // namespace

Json time_or_null(const std::optional<TimePoint>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

bool is_unread(const WorkerChange& change) {
  const bool unread = change.live && change.live->failure;
  return unread || std::ranges::any_of(change.exposure, &ExposureChange::unread);
}

bool is_leftover(const WorkerChange& change) {
  if (change.action != Action::forget || !change.live) return false;
  const auto owned = reconciler::ownership_of(reconciler::live_tags(*change.live));
  return owned && !owned->keep;
}

std::string wait_of(const PassReport& report) {
  std::vector<std::string> waiting;
  for (const auto& change : report.plan->workers) {
    if (waits_to_go(change, report)) waiting.push_back(address_of(change));
  }
  auto text = "nothing is deleted until source " + report.deletes_wait_for + ", of the same account, has been fetched";
  if (!waiting.empty()) text += ": " + listed(waiting);
  return text;
}

std::vector<WorkerStatus> worker_statuses(const PassReport& report) {
  std::vector<WorkerStatus> statuses;
  if (!report.plan) return statuses;
  const Index index(report);
  for (const auto& change : report.plan->workers) {
    if (waits_to_go(change, report)) statuses.push_back(status_of_waiting(change, report));
    const bool is_managed = change.action != Action::forget && !is_gone(change, index);
    if (is_managed) statuses.push_back(status_of(change, report, index));
  }
  for (const auto& broken : report.plan->broken) statuses.push_back(status_of(broken, report));
  for (const auto& change : report.plan->zone_workers) statuses.push_back(status_of(change, report));
  return statuses;
}

void append_json(std::string& out, const WorkerStatus& status) {
  JsonText text(out);
  text.field("name", status.name);
  text.field("sync", to_string(status.sync));
  text.field("health", to_string(status.health));
  text.field_or_null("revision", status.revision);
  text.field_or_null("version", status.version);
  text.field_or_null("since", text_of(status.since));
  text.field_or_null("read_at", text_of(status.read_at));
  text.field_or_null("reason", status.reason);
  text.field_or_null("message", status.message);
  text.field_or_null("mend", status.mend);
  text.field("waits_for", status.waits_for);
  text.field_or_null("changed_by", status.changed_by);
  text.end();
}

}  // namespace plumbline::daemon
