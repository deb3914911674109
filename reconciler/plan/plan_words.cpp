#include "reconciler/plan/plan_words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace plumbline::reconciler {
namespace {

std::string_view edited_by(std::string_view client) {
  if (client == "dash") return "edited in the dashboard";
  if (client == "wrangler") return "edited with wrangler";
  return "edited outside of Plumbline";
}

void add_drift(std::vector<DriftLine>& out, const std::string& address, const std::vector<ChangeLine>& lines,
               std::string_view changed_by) {
  for (const auto& line : lines) {
    const auto& detail = line.as_drift.empty() ? line.detail : line.as_drift;
    out.push_back(
        {address, fmt::format("{}{}{} ({})", line.what, detail.empty() ? "" : " ", detail, edited_by(changed_by))});
  }
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

std::vector<DriftLine> drift_of(const Plan& plan) {
  std::vector<DriftLine> out;
  for (const auto& change : plan.workers) {
    if (change.drift) add_drift(out, "worker." + change.name, change.lines, change.changed_by);
    for (const auto& exposure : change.exposure) {
      if (!exposure.drift) continue;
      out.push_back({address_of(exposure), fmt::format("{} ({})", exposure.as_drift, edited_by(""))});
    }
  }
  for (const auto& change : plan.zone_workers) {
    if (change.drift) add_drift(out, address_of(change), change.lines, "");
  }
  return out;
}

std::vector<std::string> summary_of(const Plan& plan, std::string_view where) {
  if (!plan.has_changes()) {
    if (!plan.errored) return {"No changes. Your Workers match the manifests."};
    return {fmt::format("No changes for the manifests that could be read; the errors {} have to be mended.", where)};
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
  return lines;
}

}  // namespace plumbline::reconciler
