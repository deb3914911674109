#include "reconciler/plan/plan_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace plumbline::reconciler {
namespace {

std::string_view edited_by(std::string_view client) {
  if (client == "dash") return "edited in the dashboard";
  if (client == "wrangler") return "edited with wrangler";
  return "edited outside of Plumbline";
}

std::string edited_by(const VersionMaker& edit, Authors authors) {
  std::string text(edited_by(edit.source));
  if (!edit.email.empty() && authors == Authors::named) text += " by " + edit.email;
  if (!edit.created_on.empty()) text += ", " + edit.created_on;
  return text;
}

// The other way round: what became of that which was applied. What was applied of a line that is both is neither side.
std::string as_drift(const ChangeLine& line) {
  if (line.origin == Origin::both) return {};
  const auto& detail = line.as_drift.empty() ? line.detail : line.as_drift;
  return detail.empty() ? "" : " " + detail;
}

void add_drift(std::vector<DriftLine>& out, const WorkerChange& change, Authors authors) {
  const auto by = edited_by(change.edit, authors);
  const auto before = out.size();
  for (const auto& line : change.lines) {
    if (line.is_drift()) out.push_back({address_of(change), fmt::format("{}{} ({})", line.what, as_drift(line), by)});
  }
  if (out.size() == before) out.push_back({address_of(change), "a version that attests nothing (" + by + ")"});
}

// What was not looked for is said, so that nobody takes it for looked for.
std::string rollbacks_line(const Plan& plan) {
  if (plan.rollbacks_not_looked_for == 0) return {};
  return fmt::format(
      "A rollback was not looked for in {} that nothing changes and no journal remembers; the daemon looks.",
      counted(plan.rollbacks_not_looked_for, "Worker"));
}

}  // namespace

char symbol_of(Action action) {
  switch (action) {
    case Action::create:
      return '+';
    case Action::remove:
      return '-';
    case Action::forget:
      return '.';
    default:
      return '~';
  }
}

std::string headline_of(const WorkerChange& change) {
  if (change.action == Action::create) return change.file;
  std::string text = change.reason;
  if (change.importing) text += "import; ";
  if (!change.calls.empty() && change.action == Action::update) {
    text += counted(change.calls.size(), "call") + ": ";
    for (const auto& call : change.calls) {
      text += fmt::format("{} {}, ", call.operation->method, call.operation->label);
    }
    text.resize(text.size() - 2);
  }
  return text;
}

std::vector<DriftLine> drift_of(const Plan& plan, Authors authors) {
  std::vector<DriftLine> out;
  for (const auto& change : plan.workers) {
    if (has_drift(change.origin)) add_drift(out, change, authors);
    for (const auto& exposure : change.exposure) {
      if (!exposure.drift) continue;
      out.push_back({address_of(exposure), fmt::format("{} ({})", exposure.as_drift, edited_by(""))});
    }
  }
  for (const auto& change : plan.zone_workers) {
    if (!change.drift) continue;
    for (const auto& line : change.lines) {
      const auto& detail = line.as_drift.empty() ? line.detail : line.as_drift;
      out.push_back({address_of(change),
                     fmt::format("{}{}{} ({})", line.what, detail.empty() ? "" : " ", detail, edited_by(""))});
    }
  }
  return out;
}

bool overwrites_edits(const Plan& plan) {
  if (plan.policy == Prune::report) return false;
  const auto writes_over = [](const ExposureChange& exposure) { return exposure.drift && exposure.writes(); };
  return std::ranges::any_of(plan.workers,
                             [&](const WorkerChange& change) {
                               return (has_drift(change.origin) && change.writes()) ||
                                      std::ranges::any_of(change.exposure, writes_over);
                             }) ||
         std::ranges::any_of(plan.zone_workers,
                             [](const ZoneWorkerChange& change) { return change.drift && change.writes(); });
}

std::vector<std::string> summary_of(const Plan& plan, std::string_view where) {
  const auto rollbacks = rollbacks_line(plan);
  if (!plan.has_changes()) {
    std::vector<std::string> lines{"No changes. Your Workers match the manifests."};
    if (plan.errored) {
      lines = {fmt::format("No changes for the manifests that could be read; the errors {} have to be mended.", where)};
    }
    if (!rollbacks.empty()) lines.push_back(rollbacks);
    return lines;
  }
  const auto& summary = plan.summary;
  const std::string import = summary.import > 0 ? fmt::format("{} to import, ", summary.import) : "";
  std::vector<std::string> lines{fmt::format("Plan: {}{} to add, {} to change, {} to destroy.", import, summary.add,
                                             summary.change, summary.destroy)};
  if (plan.policy == Prune::report) lines.emplace_back("The policy is report: an apply writes nothing.");
  const auto blocked = blocks_of(plan).size();
  if (blocked > 0) lines.push_back(fmt::format("{} blocked, see {}.", counted(blocked, "change"), where));
  if (!plan.complete) lines.emplace_back("The plan is incomplete: it leaves something out.");
  const std::string assets =
      summary.asset_uploads > 0 ? " and at most " + counted(summary.asset_uploads, "upload") + " of assets" : "";
  lines.push_back(fmt::format("{}{}, about {:.0f} s within the budget. Digest {}",
                              counted(summary.api_calls, "API call"), assets, summary.seconds, plan.digest));
  if (!rollbacks.empty()) lines.push_back(rollbacks);
  return lines;
}

}  // namespace plumbline::reconciler
