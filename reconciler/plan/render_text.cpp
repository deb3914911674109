#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reconciler/plan/plan_words.h"
#include "reconciler/plan/render.h"

namespace plumbline::reconciler {
namespace {

constexpr std::size_t kNameColumn = 28;
constexpr std::size_t kWhatColumn = 24;
constexpr std::size_t kIndent = 6;
constexpr std::size_t kDeeper = 8;

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
    case '*':
      return "waits";
    case '?':
      return "unattested: nobody can tell whether it changed";
    default:
      return "destructive";
  }
}

// Writes one plan; lines of a Worker are padded to columns so that the eye can run down them.
class TextWriter {
 public:
  TextWriter(const Plan& plan, Colour colour) : plan_(plan), colour_(colour) {}

  std::string run() {
    for (const auto& change : plan_.workers) {
      if (is_shown(change)) write_change(change);
      for (const auto& exposure : change.exposure) {
        if (is_shown(exposure)) write_exposure(exposure);
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
  static bool is_shown(const ExposureChange& exposure) { return exposure.action != Action::no_op || exposure.block; }

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

  void write_exposure(const ExposureChange& exposure) {
    write_address(exposure.action, address_of(exposure), (exposure.importing ? "import; " : "") + exposure.detail);
    if (exposure.block) write_block(*exposure.block);
  }

  void write_change(const WorkerChange& change) {
    write_address(change.action, "worker." + change.name, headline_of(change));
    write_lines(change.lines);
    for (const auto& need : change.needs) {
      out_ += fmt::format("      {} waits for {}\n", painted('*'), printable(need));
    }
    if (change.block) write_block(*change.block);
    if (change.once_adopted.empty()) return;
    out_ += "      once it is adopted, an apply changes:\n";
    write_lines(change.once_adopted, kDeeper);
  }

  void write_zone_worker(const ZoneWorkerChange& change) {
    if (change.lines.empty() && !change.block) return;
    write_address(change.action, address_of(change), change.file);
    write_lines(change.lines);
    if (change.block) write_block(*change.block);
  }

  void write_lines(const std::vector<ChangeLine>& lines, std::size_t indent = kIndent) {
    for (const auto& line : lines) {
      out_ += fmt::format("{:{}}{} {:<{}}", "", indent, painted(line.symbol), printable(line.what), kWhatColumn);
      if (!line.detail.empty()) out_ += " " + printable(line.detail);
      while (out_.ends_with(' ')) out_.pop_back();
      out_ += '\n';
    }
  }

  void write_block(const Block& block) {
    out_ += fmt::format("      blocked ({}): {}\n", to_string(block.reason), printable(block.message));
    if (!block.override_with.empty()) {
      out_ += fmt::format("      to go on: {}\n", printable(block.override_with));
    }
  }

  void write_drift() {
    const auto drift = drift_of(plan_, Authors::named);
    if (drift.empty()) return;
    out_ += "Drift since the last apply:\n";
    for (const auto& line : drift) {
      out_ += fmt::format("  ~ {:<{}} {}\n", printable(line.address), kNameColumn, printable(line.what));
    }
    if (overwrites_edits(plan_)) out_ += "  An apply overwrites these edits.\n";
    out_ += '\n';
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
    for (const auto& line : summary_of(plan_, "above")) out_ += line + '\n';
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
