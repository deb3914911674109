#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/markdown.h"
#include "base/version.h"
#include "reconciler/plan/plan_words.h"
#include "reconciler/plan/render.h"

namespace plumbline::reconciler {
namespace {

// GitHub takes 65,536 characters.
constexpr std::size_t kMaxBytes = 65'000;
constexpr std::size_t kMaxRows = 50;
// Of the parts that come before the details; together they leave these a fifth of the whole.
constexpr std::size_t kMaxTable = 18'000;
constexpr std::size_t kMaxDestroyed = 9'000;
constexpr std::size_t kMaxBlocked = 9'000;
constexpr std::size_t kMaxDrift = 6'000;
constexpr std::size_t kMaxDiagnostics = 9'000;
// Of one Worker, so that one does not take the room of all.
constexpr std::size_t kMaxDetails = 10'000;
constexpr std::size_t kLeastDetails = 600;
constexpr std::size_t kWhatWidth = 24;

std::string marker_of(const CommentKey& key, const std::string& digest, const std::string& revision) {
  return markdown::marker("plumbline:plan", {{"v", 1},
                                             {"instance", key.owner.instance},
                                             {"source", key.owner.source},
                                             {"environment", key.environment},
                                             {"digest", digest},
                                             {"revision", revision}});
}

CommentKey key_of(const Plan& plan) {
  return {plan.owner, plan.environment};
}

std::string heading(const CommentKey& key, std::string_view verdict) {
  const auto whose = key.owner.instance.empty() ? key.owner.source : to_string(key.owner);
  const auto environment = key.environment.empty() ? "" : ", environment " + markdown::code(key.environment);
  return fmt::format("### Plumbline plan of {}{}: {}\n", markdown::code(whose), environment, verdict);
}

std::string verdict_of(const Plan& plan) {
  if (plan.errored) return "errors";
  if (!plan.has_changes()) return "no changes";
  const auto& summary = plan.summary;
  std::string verdict;
  const auto add = [&verdict](std::size_t count, std::string_view what) {
    if (count > 0) verdict += fmt::format("{}{} {}", verdict.empty() ? "" : ", ", count, what);
  };
  add(summary.import, "to import");
  add(summary.add, "to add");
  add(summary.change, "to change");
  add(summary.destroy, "to destroy");
  add(blocks_of(plan).size(), "blocked");
  return verdict.empty() ? "changes" : verdict;
}

std::string section(std::string_view title, const std::string& fence) {
  return fence.empty() ? std::string() : fmt::format("\n#### {}\n\n{}", title, fence);
}

std::string diagnostics_section(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> lines;
  lines.reserve(diagnostics.size());
  for (const auto& diagnostic : diagnostics) lines.push_back(to_text(diagnostic));
  return section("Diagnostics", markdown::fenced("text", lines, kMaxDiagnostics));
}

std::string_view word_of(Action action, bool importing) {
  if (importing) return "import";
  switch (action) {
    case Action::create:
      return "add";
    case Action::update:
      return "change";
    case Action::remove:
      return "destroy";
    case Action::forget:
      return "forget";
    case Action::no_op:
      return "none";
  }
  return {};
}

// What GitHub's colours take for added, removed and changed; the rest is grey.
std::string diff_line(char symbol, std::string_view what, std::string_view detail) {
  constexpr std::array<std::pair<char, char>, 4> kSigns{{{'+', '+'}, {'-', '-'}, {'!', '-'}, {'~', '!'}}};
  const auto* const found = std::ranges::find(kSigns, symbol, &std::pair<char, char>::first);
  const char sign = found == kSigns.end() ? '#' : found->second;
  auto line = fmt::format("{} {:<{}} {}", sign, what, kWhatWidth, detail);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

// One row of the table, and what is folded below it.
struct Entry {
  std::string address;
  std::string_view word;
  std::string file;
  std::string headline;
  bool is_blocked = false;
  bool waits = false;
  std::vector<std::string> diff;
};

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const Plan& plan) : plan_(plan) {}

  std::string run() {
    for (const auto& change : plan_.workers) add(change);
    for (const auto& change : plan_.zone_workers) add(change);
    std::string out = marker_of(key_of(plan_), plan_.digest, plan_.revision) + '\n';
    out += heading(key_of(plan_), verdict_of(plan_)) + '\n';
    // Two spaces end a line.
    for (const auto& line : summary_of(plan_, "below")) out += line + "  \n";
    out += table();
    out += section("Destroyed", markdown::fenced("diff", destroyed_, kMaxDestroyed));
    out += section("Blocked", markdown::fenced("text", blocked(), kMaxBlocked));
    const auto end = section("Drift since the last apply", markdown::fenced("text", drift(), kMaxDrift)) +
                     diagnostics_section(plan_.diagnostics) + footer();
    const std::size_t room = kMaxBytes - std::min(kMaxBytes, out.size() + end.size());
    return out + details(room) + end;
  }

 private:
  void add(const WorkerChange& change) {
    Entry entry{"worker." + change.name, word_of(change.action, change.importing), change.file, headline_of(change)};
    entry.is_blocked = change.block.has_value();
    entry.waits = !change.needs.empty();
    for (const auto& line : change.lines) {
      entry.diff.push_back(diff_line(line.symbol, line.what, line.detail));
      if (line.symbol == '!') destroy(entry.address, line.what + (line.detail.empty() ? "" : ": " + line.detail));
    }
    if (!change.once_adopted.empty()) entry.diff.emplace_back("# once it is adopted, an apply changes:");
    for (const auto& line : change.once_adopted) entry.diff.push_back(diff_line(line.symbol, line.what, line.detail));
    for (const auto& need : change.needs) entry.diff.push_back(diff_line('*', "waits for", need));
    if (change.action == Action::remove) destroy(entry.address, change.reason);
    if (change.action != Action::no_op || change.block || !change.lines.empty()) entries_.push_back(std::move(entry));
    for (const auto& exposure : change.exposure) add(exposure);
  }

  void add(const ExposureChange& exposure) {
    if (exposure.action == Action::no_op && !exposure.block) return;
    Entry entry{address_of(exposure), word_of(exposure.action, exposure.importing), exposure.file, {}};
    entry.is_blocked = exposure.block.has_value();
    entry.diff.push_back(diff_line(symbol_of(exposure.action), entry.address, exposure.detail));
    if (exposure.action == Action::remove) destroy(entry.address, exposure.detail);
    entries_.push_back(std::move(entry));
  }

  void add(const ZoneWorkerChange& change) {
    if (change.lines.empty() && !change.block) return;
    Entry entry{address_of(change), word_of(change.action, change.importing), change.file, {}};
    entry.is_blocked = change.block.has_value();
    for (const auto& line : change.lines) {
      entry.diff.push_back(diff_line(line.symbol, line.what, line.detail));
      if (line.symbol == '-') destroy(entry.address, line.what);
    }
    entries_.push_back(std::move(entry));
  }

  void destroy(const std::string& address, const std::string& what) {
    destroyed_.push_back(diff_line('-', address, what));
  }

  [[nodiscard]] std::string table() const {
    if (entries_.empty()) return {};
    std::string out = "\n| address | change | manifest |\n|---|---|---|\n";
    std::size_t rows = 0;
    for (const auto& entry : entries_) {
      const auto row = fmt::format("| {} | {}{}{} | {} |\n", markdown::cell(entry.address), entry.word,
                                   entry.is_blocked ? ", **blocked**" : "", entry.waits ? ", waits" : "",
                                   markdown::cell(entry.file, kMaxFile));
      if (rows == kMaxRows || out.size() + row.size() > kMaxTable) break;
      out += row;
      ++rows;
    }
    if (rows < entries_.size()) out += fmt::format("\nand {} more\n", entries_.size() - rows);
    return out;
  }

  [[nodiscard]] std::vector<std::string> blocked() const {
    std::vector<std::string> lines;
    for (const auto& found : blocks_of(plan_)) {
      lines.push_back(fmt::format("{} ({}): {}", found.address, to_string(found.block->reason), found.block->message));
      if (!found.block->override_with.empty()) lines.push_back("  to go on: " + found.block->override_with);
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> drift() const {
    std::vector<std::string> lines;
    for (const auto& line : drift_of(plan_, Authors::unnamed)) lines.push_back(line.address + ": " + line.what);
    if (overwrites_edits(plan_)) lines.emplace_back("An apply overwrites these edits.");
    return lines;
  }

  // As many as there is room for.
  [[nodiscard]] std::string details(std::size_t room) const {
    std::string out;
    std::size_t left_out = 0;
    for (const auto& entry : entries_) {
      if (entry.diff.empty()) continue;
      const auto summary =
          fmt::format("\n<details><summary>{} {} {}</summary>\n\n", entry.word, markdown::html_code(entry.address),
                      entry.headline.empty() ? "" : markdown::html_code(entry.headline));
      constexpr std::string_view kEnd = "\n</details>\n";
      const auto used = out.size() + summary.size() + kEnd.size();
      if (left_out > 0 || used + kLeastDetails > room) {
        ++left_out;
        continue;
      }
      out += summary + markdown::fenced("diff", entry.diff, std::min(kMaxDetails, room - used - kRoomForRest));
      out += kEnd;
    }
    if (left_out > 0) {
      out += fmt::format("\n{} more are left out of this comment; `plumbline plan` shows them.\n", left_out);
    }
    return out;
  }

  [[nodiscard]] std::string footer() const {
    return fmt::format("\nplumbline {}, revision {}\n", version(), markdown::code(plan_.revision));
  }

  static constexpr std::size_t kMaxFile = 120;
  // The line that tells what is left out.
  static constexpr std::size_t kRoomForRest = 120;

  const Plan& plan_;
  std::vector<Entry> entries_;
  std::vector<std::string> destroyed_;
};

}  // namespace

std::string render_markdown(const Plan& plan) {
  return MarkdownWriter(plan).run();
}

std::string render_markdown(const CommentKey& key, const std::vector<Diagnostic>& diagnostics) {
  return marker_of(key, "", "") + '\n' + heading(key, "failed") + diagnostics_section(diagnostics) +
         fmt::format("\nplumbline {}\n", version());
}

}  // namespace plumbline::reconciler
