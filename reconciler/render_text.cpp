#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reconciler/render.h"

namespace plumbline::reconciler {
namespace {

constexpr std::size_t kNameColumn = 28;
constexpr std::size_t kWhatColumn = 24;

std::string_view colour_of(char symbol) {
  switch (symbol) {
    case '+':
      return "\x1b[32m";
    case '-':
    case '!':
      return "\x1b[31m";
    case '~':
      return "\x1b[33m";
    default:
      return "\x1b[2m";
  }
}

std::string_view meaning_of(char symbol) {
  switch (symbol) {
    case '+':
      return "create or add";
    case '~':
      return "change";
    case '-':
      return "destroy or remove";
    case '.':
      return "no longer managed";
    default:
      return "destructive";
  }
}

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

std::string_view edited_by(std::string_view client) {
  if (client == "dash") return "edited in the dashboard";
  if (client == "wrangler") return "edited with wrangler";
  return "edited outside of Plumbline";
}

// Writes one plan; lines of a Worker are padded to columns so that the eye can run down them.
class TextWriter {
 public:
  TextWriter(const Plan& plan, Colour colour) : plan_(plan), colour_(colour) {}

  std::string run() {
    for (const auto& change : plan_.workers) {
      if (is_shown(change)) write_change(change);
      for (const auto& resource : change.resources) {
        if (is_shown(resource)) write_resource(resource);
      }
    }
    for (const auto& change : plan_.zone_workers) write_zone_worker(change);
    write_drift();
    write_legend();
    write_summary();
    return std::move(out_);
  }

 private:
  static bool is_shown(const WorkerChange& change) {
    return change.action != Action::no_op || change.block || !change.lines.empty();
  }
  static bool is_shown(const ResourceChange& resource) { return resource.action != Action::no_op || resource.block; }

  std::string painted(char symbol) {
    used_ += used_.find(symbol) == std::string::npos ? std::string(1, symbol) : "";
    if (colour_ == Colour::off) return std::string(1, symbol);
    return fmt::format("{}{}\x1b[0m", colour_of(symbol), symbol);
  }

  void write_address(Action action, const std::string& address, const std::string& headline) {
    out_ +=
        fmt::format("  {} {:<{}} {}", painted(symbol_of(action)), printable(address), kNameColumn, printable(headline));
    while (out_.ends_with(' ')) out_.pop_back();
    out_ += '\n';
  }

  void write_resource(const ResourceChange& resource) {
    write_address(resource.action, address_of(resource), (resource.importing ? "import; " : "") + resource.detail);
    if (resource.block) write_block(*resource.block);
  }

  void write_change(const WorkerChange& change) {
    write_address(change.action, "worker." + change.name, headline(change));
    write_lines(change.lines);
    if (change.block) write_block(*change.block);
  }

  void write_zone_worker(const ZoneWorkerChange& change) {
    if (change.lines.empty() && !change.block) return;
    write_address(change.action, address_of(change), change.file);
    write_lines(change.lines);
    if (change.block) write_block(*change.block);
  }

  void write_lines(const std::vector<ChangeLine>& lines) {
    for (const auto& line : lines) {
      out_ += fmt::format("      {} {:<{}}", painted(line.symbol), printable(line.what), kWhatColumn);
      if (!line.detail.empty()) out_ += " " + printable(line.detail);
      while (out_.ends_with(' ')) out_.pop_back();
      out_ += '\n';
    }
  }

  static std::string headline(const WorkerChange& change) {
    if (change.action == Action::create) return change.file;
    std::string text = change.reason;
    if (change.importing) text += "import; ";
    if (!change.calls.empty() && change.action == Action::update) {
      text += counted(change.calls.size(), "call") + ": ";
      for (const auto& call : change.calls) {
        text += call.method + " " + call_name(call.kind) + ", ";
      }
      text.resize(text.size() - 2);
    }
    return text;
  }

  static std::string call_name(PlannedCall::Kind kind) {
    switch (kind) {
      case PlannedCall::Kind::assets_session:
        return "assets";
      case PlannedCall::Kind::upload:
        return "upload";
      case PlannedCall::Kind::patch_settings:
        return "settings";
      case PlannedCall::Kind::patch_script_settings:
        return "script-settings";
      case PlannedCall::Kind::post_subdomain:
        return "subdomain";
      case PlannedCall::Kind::put_schedules:
        return "schedules";
      case PlannedCall::Kind::delete_secret:
        return "secret";
      case PlannedCall::Kind::patch_secrets_bulk:
        return "secrets";
      case PlannedCall::Kind::delete_script:
        return "Worker";
      case PlannedCall::Kind::post_route:
      case PlannedCall::Kind::put_route:
      case PlannedCall::Kind::delete_route:
        return "route";
      case PlannedCall::Kind::put_domain:
      case PlannedCall::Kind::delete_domain:
        return "domain";
      case PlannedCall::Kind::put_zone_script:
        return "script";
      case PlannedCall::Kind::post_filter:
      case PlannedCall::Kind::put_filter:
      case PlannedCall::Kind::delete_filter:
        return "filter";
      case PlannedCall::Kind::post_consumer:
      case PlannedCall::Kind::put_consumer:
      case PlannedCall::Kind::delete_consumer:
        return "queue consumer";
      case PlannedCall::Kind::put_workflow:
        return "workflow";
    }
    return {};
  }

  void write_block(const Block& block) {
    out_ += fmt::format("      blocked ({}): {}\n", block.reason, printable(block.message));
    if (!block.override_with.empty()) {
      out_ += fmt::format("      to go on: {}\n", printable(block.override_with));
    }
  }

  void write_drift() {
    std::string drift;
    for (const auto& change : plan_.workers) {
      if (change.drift) drift += drift_of("worker." + change.name, change.lines, change.changed_by);
      for (const auto& resource : change.resources) {
        if (!resource.drift) continue;
        drift += fmt::format("  ~ {:<{}} {} ({})\n", printable(address_of(resource)), kNameColumn,
                             printable(resource.as_drift), edited_by(""));
      }
    }
    for (const auto& change : plan_.zone_workers) {
      if (change.drift) drift += drift_of(address_of(change), change.lines, "");
    }
    if (!drift.empty()) out_ += "Drift since the last apply:\n" + drift + '\n';
  }

  static std::string drift_of(const std::string& address, const std::vector<ChangeLine>& lines,
                              std::string_view changed_by) {
    std::string drift;
    for (const auto& line : lines) {
      const auto& detail = line.as_drift.empty() ? line.detail : line.as_drift;
      drift += fmt::format("  ~ {:<{}} {}{}{} ({})\n", address, kNameColumn, printable(line.what),
                           detail.empty() ? "" : " ", printable(detail), edited_by(changed_by));
    }
    return drift;
  }

  void write_legend() {
    if (used_.empty()) return;
    std::ranges::sort(used_);
    if (!out_.ends_with("\n\n")) out_ += '\n';
    out_ += "Symbols:";
    for (const char symbol : used_) out_ += fmt::format("  {} {}", symbol, meaning_of(symbol));
    out_ += "\n\n";
  }

  void write_summary() {
    if (!plan_.has_changes()) {
      out_ += plan_.errored ? "No changes for the manifests that could be read; the errors above "
                              "have to be mended.\n"
                            : "No changes. Your Workers match the manifests.\n";
      return;
    }
    const auto& summary = plan_.summary;
    const std::string import = summary.import > 0 ? fmt::format("{} to import, ", summary.import) : "";
    out_ += fmt::format("Plan: {}{} to add, {} to change, {} to destroy.\n", import, summary.add, summary.change,
                        summary.destroy);
    if (plan_.policy == Prune::report) out_ += "The policy is report: an apply writes nothing.\n";
    const auto blocked = blocks_of(plan_).size();
    if (blocked > 0) out_ += counted(blocked, "change") + " blocked, see above.\n";
    if (!plan_.complete) out_ += "The plan is incomplete: it leaves something out.\n";
    const std::string assets =
        summary.asset_uploads > 0 ? " and at most " + counted(summary.asset_uploads, "upload") + " of assets" : "";
    out_ += fmt::format("{}{}, about {:.0f} s within the budget. Digest {}\n", counted(summary.api_calls, "API call"),
                        assets, summary.seconds, plan_.digest);
  }

  const Plan& plan_;
  Colour colour_;
  std::string out_;
  std::string used_;
};

}  // namespace

std::string render_text(const Plan& plan, Colour colour) {
  return TextWriter(plan, colour).run();
}

}  // namespace plumbline::reconciler
