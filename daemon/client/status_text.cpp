#include "daemon/client/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kMostWorkers = 20;

// A member of an object as text, made safe to print; empty if it is not there, or no text.
std::string text_of(const Json& object, std::string_view key) {
  return printable(string_member(object, key));
}

const JsonArray& array_of(const Json& object, std::string_view key) {
  static const JsonArray none;
  const auto* found = member(object, key);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

const Json* condition_of(const Json& source, std::string_view type) {
  for (const auto& condition : array_of(source, "conditions")) {
    if (string_member(condition, "type") == type) return &condition;
  }
  return nullptr;
}

std::string status_of(const Json& source, std::string_view type) {
  const auto* condition = condition_of(source, type);
  return condition == nullptr ? "-" : text_of(*condition, "status");
}

bool is_suspended(const Json& source) {
  return bool_member(source, "suspended").value_or(false);
}

// What is wrong comes first.
int rank_of(const Json& source) {
  if (status_of(source, "Ready") == "False") return 0;
  if (status_of(source, "Blocked") == "True" || status_of(source, "Stalled") == "True") return 1;
  if (status_of(source, "Drifted") == "True") return 2;
  if (status_of(source, "Ready") != "True" || string_member(source, "sync") != "Synced") return 3;
  return is_suspended(source) ? 4 : 5;
}

// `main@4f2a1c3` of `main@sha1:4f2a1c3…`
std::string short_revision(const std::string& revision) {
  constexpr std::string_view kHash = "sha1:";
  constexpr std::size_t kDigits = 7;
  const auto hash = revision.find(kHash);
  if (hash == std::string::npos) return revision.empty() ? "-" : revision;
  return revision.substr(0, hash) + revision.substr(hash + kHash.size(), kDigits);
}

std::uint64_t number_of(const Json& source, std::string_view key) {
  const auto* counts = member(source, "counts");
  const auto* count = counts == nullptr ? nullptr : member(*counts, key);
  boost::system::error_code failed;
  const auto number = count == nullptr ? 0 : count->to_number<std::uint64_t>(failed);
  return failed ? 0 : number;
}

// The condition that says what is the matter, and since when.
const Json* main_condition(const Json& source) {
  for (const auto* type : {"Ready", "Stalled", "Blocked", "Drifted", "RateLimited"}) {
    const auto wrong = std::string_view(type) == "Ready" ? "False" : "True";
    if (status_of(source, type) == wrong) return condition_of(source, type);
  }
  return condition_of(source, "Ready");
}

std::string message_of(const Json& source) {
  const auto* condition = main_condition(source);
  if (condition == nullptr) return {};
  auto reason = text_of(*condition, "reason");
  const auto message = text_of(*condition, "message");
  if (rank_of(source) == 5) return text_of(source, "lastSummary");
  if (message.empty()) return reason;
  return message.starts_with(reason + ":") ? message : reason + ": " + message;
}

std::string since_of(const Json& source, TimePoint now) {
  const auto* condition = main_condition(source);
  return condition == nullptr ? "-" : age_of(string_member(*condition, "lastTransitionTime"), now);
}

using Row = std::vector<std::string>;

Row row_of(const Json& source, StatusLayout::Detail detail, TimePoint now) {
  Row row{text_of(source, "name"),
          is_suspended(source) ? "Suspended" : status_of(source, "Ready"),
          text_of(source, "sync"),
          short_revision(text_of(source, "lastAttemptedRevision")),
          fmt::format("{}/{}", number_of(source, "Synced"), number_of(source, "desired")),
          since_of(source, now)};
  if (detail == StatusLayout::Detail::wide) {
    row.push_back(text_of(source, "account"));
    row.push_back(short_revision(text_of(source, "lastAppliedRevision")));
    row.push_back(age_of(string_member(source, "lastFetchTime"), now));
    row.push_back(age_of(string_member(source, "lastSuccessTime"), now));
  }
  row.push_back(message_of(source));
  return row;
}

// Each column is as wide as its widest cell; the last one takes what is left of the line.
std::string table_of(const std::vector<Row>& rows, std::size_t width) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line += row.back();
    line = cut_to(std::move(line), width);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

void append_workers(std::string& text, const Json& source, const StatusLayout& layout, TimePoint now) {
  std::size_t told = 0;
  std::size_t left = 0;
  for (const auto& worker : array_of(source, "workers")) {
    const auto sync = text_of(worker, "sync");
    const bool is_wide = layout.detail == StatusLayout::Detail::wide;
    if (sync == "Synced" && !is_wide) continue;
    if (told == kMostWorkers && !is_wide) {
      ++left;
      continue;
    }
    ++told;
    auto line = fmt::format("  {}/{}: {}", text_of(source, "name"), text_of(worker, "name"), sync);
    if (const auto reason = text_of(worker, "reason"); !reason.empty()) line += " " + reason;
    if (const auto message = text_of(worker, "message"); !message.empty()) line += ": " + message;
    if (is_wide && sync == "Synced") {
      line += fmt::format(" {} version {} since {}", short_revision(text_of(worker, "revision")),
                          text_of(worker, "version"), age_of(string_member(worker, "since"), now));
    }
    text += cut_to(std::move(line), layout.width) + '\n';
    if (const auto mend = text_of(worker, "mend"); !mend.empty()) text += "      mend: " + mend + '\n';
  }
  if (left > 0) text += fmt::format("  {}: and {} more; -o wide shows all\n", text_of(source, "name"), left);
}

}  // namespace

std::string age_of(std::string_view time, TimePoint now) {
  const auto at = parse_rfc3339(time);
  if (!at) return "-";
  const auto seconds = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(now - *at).count(), 0);
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < kMinute) return fmt::format("{}s", seconds);
  if (seconds < kHour) return fmt::format("{}m", seconds / kMinute);
  if (seconds < kDay) return fmt::format("{}h", seconds / kHour);
  return fmt::format("{}d", seconds / kDay);
}

std::string cut_to(std::string text, std::size_t width) {
  constexpr std::string_view kMore = "…";
  const auto is_begin = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto length = static_cast<std::size_t>(std::ranges::count_if(text, is_begin));
  if (width == 0 || length <= width) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (is_begin(text[end]) && seen++ == width - 1) break;
  }
  return text.substr(0, end) + std::string(kMore);
}

std::string status_text(const Json& status, const StatusLayout& layout, TimePoint now) {
  const auto& given = array_of(status, "sources");
  std::vector<const Json*> sources;
  for (const auto& source : given) sources.push_back(&source);
  std::ranges::sort(sources, [](const Json* left, const Json* right) {
    return std::pair(rank_of(*left), string_member(*left, "name")) <
           std::pair(rank_of(*right), string_member(*right, "name"));
  });
  std::string text;
  for (const auto& condition : array_of(status, "conditions")) {
    if (string_member(condition, "status") == "True") continue;
    text +=
        text_of(condition, "type") + ": " + text_of(condition, "reason") + ": " + text_of(condition, "message") + '\n';
  }
  Row head{"SOURCE", "READY", "SYNC", "REVISION", "SYNCED", "SINCE"};
  if (layout.detail == StatusLayout::Detail::wide) {
    for (const auto* name : {"ACCOUNT", "APPLIED", "FETCHED", "SUCCESS"}) head.emplace_back(name);
  }
  head.emplace_back("MESSAGE");
  std::vector<Row> rows{head};
  for (const auto* source : sources) rows.push_back(row_of(*source, layout.detail, now));
  text += table_of(rows, layout.width);
  for (const auto* source : sources) append_workers(text, *source, layout, now);
  return text;
}

bool is_all_well(const Json& status) {
  return std::ranges::all_of(array_of(status, "sources"), [](const Json& source) { return rank_of(source) >= 4; });
}

}  // namespace plumbline::daemon
