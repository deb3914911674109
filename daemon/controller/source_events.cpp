#include "daemon/controller/source_events.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "daemon/controller/result_words.h"
#include "daemon/controller/status.h"
#include "daemon/controller/verdict.h"

namespace plumbline::daemon {
namespace {

Event event_of(std::string_view type, const PassReport& report, std::string message) {
  return {.type = type,
          .source = {},
          .worker = {},
          .message = std::move(message),
          .revision = report.revision,
          .at = report.finished};
}

bool has_applied(const reconciler::ApplyReport& applied) {
  return applied.added + applied.changed + applied.destroyed + applied.imported > 0;
}

}  // namespace

bool SourceEvents::is_new(std::string_view kind, const std::string& message) {
  auto& last = last_[std::string(kind)];
  if (last == message) return false;
  last = message;
  return true;
}

std::vector<Event> SourceEvents::of(const PassReport& report) {
  std::vector<Event> events;
  if (has_applied(report.applied)) events.push_back(event_of("applied", report, summary_of(report)));
  if (result_of(report) == PassResult::error) {
    auto message = ready_of(report).message;
    if (is_new("failed", message)) events.push_back(event_of("failed", report, std::move(message)));
  } else if (last_.erase("failed") > 0) {
    events.push_back(event_of("recovered", report, summary_of(report)));
  }
  if (!report.plan || report.plan->unchanged) return events;
  look_at_blocks(report, events);
  look_at_drift(report, events);
  return events;
}

void SourceEvents::look_at_blocks(const PassReport& report, std::vector<Event>& events) {
  const auto blocks = held_up(*report.plan);
  const auto unapproved = std::ranges::find_if(blocks, [](const reconciler::AddressedBlock& held) {
    return held.block->reason == reconciler::Reason::approval_required;
  });
  if (unapproved == blocks.end()) {
    last_.erase("approval");
  } else if (const auto message = unapproved->block->message + "; " + unapproved->block->override_with;
             is_new("approval", message)) {
    events.push_back(event_of("approval", report, message));
  }
  const auto blocked = blocked_of(*report.plan);
  if (blocked.status != Truth::yes) {
    last_.erase("blocked");
  } else if (is_new("blocked", blocked.message)) {
    events.push_back(event_of("blocked", report, blocked.message));
  }
}

void SourceEvents::look_at_drift(const PassReport& report, std::vector<Event>& events) {
  std::map<std::string, std::vector<std::string>> now;
  for (auto& drifted : drift_of(*report.plan)) {
    const auto before = drift_.find(drifted.name);
    if (before == drift_.end() || before->second != drifted.what) {
      auto message = listed(drifted.what);
      if (!drifted.changed_by.empty()) message += ", by " + drifted.changed_by;
      if (drifted.is_overwritten) message += "; undone";
      auto event = event_of("drifted", report, std::move(message));
      event.worker = drifted.name;
      events.push_back(std::move(event));
    }
    now.emplace(std::move(drifted.name), std::move(drifted.what));
  }
  drift_ = std::move(now);
}

}  // namespace plumbline::daemon
