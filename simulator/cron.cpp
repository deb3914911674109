#include "simulator/cron.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

/// One of the five fields. `names` are the names of its values, three letters each; empty: it has none.
struct CronUnit {
  int least;
  int most;
  std::string_view names = {};
};

constexpr std::array<CronUnit, 5> kCronUnits{
    {{0, 59}, {0, 23}, {1, 31}, {1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"}, {1, 7, "SUNMONTUEWEDTHUFRISAT"}}};
constexpr const CronUnit* kCronDay = &kCronUnits[2];
constexpr const CronUnit* kCronWeekday = &kCronUnits[4];

bool is_number_in(std::string_view text, int least, int most) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto number = digits ? whole_number<int>(text) : std::nullopt;
  return number && *number >= least && *number <= most;
}

bool is_cron_value(std::string_view text, const CronUnit& unit) {
  for (std::size_t at = 0; at < unit.names.size(); at += 3) {
    if (iequals(text, unit.names.substr(at, 3))) return true;
  }
  return is_number_in(text, unit.least, unit.most);
}

/// `L`, `L-3`, `LW`, `15W` of the day of the month; `L`, `6L`, `FRI#2` of the day of the week.
bool is_special_day(std::string_view text, const CronUnit& unit) {
  const bool is_day = &unit == kCronDay;
  if (!is_day && &unit != kCronWeekday) return false;
  if (text == "L" || (is_day && text == "LW")) return true;
  if (is_day && text.starts_with("L-")) return is_number_in(text.substr(2), 1, 30);
  if (text.ends_with(is_day ? 'W' : 'L')) return is_cron_value(text.substr(0, text.size() - 1), unit);
  const auto hash = text.find('#');
  return !is_day && hash != std::string_view::npos && is_cron_value(text.substr(0, hash), unit) &&
         is_number_in(text.substr(hash + 1), 1, 5);
}

/// `*`, a value or a range, with or without a step.
bool is_cron_item(std::string_view text, const CronUnit& unit) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos && !is_number_in(text.substr(slash + 1), 1, unit.most - unit.least)) return false;
  const auto values = text.substr(0, slash);
  if (values == "*") return true;
  const auto dash = values.find('-');
  if (dash == std::string_view::npos) return is_cron_value(values, unit);
  return is_cron_value(values.substr(0, dash), unit) && is_cron_value(values.substr(dash + 1), unit);
}

bool is_cron_field(std::string_view text, const CronUnit& unit) {
  return is_special_day(text, unit) ||
         std::ranges::all_of(split(text, ','), [&](std::string_view item) { return is_cron_item(item, unit); });
}

}  // namespace

bool is_cron(std::string_view text) {
  const auto fields = split(text, ' ');
  if (fields.size() != kCronUnits.size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_cron_field(fields[i], kCronUnits[i])) return false;
  }
  return true;
}

}  // namespace plumbline::simulator
