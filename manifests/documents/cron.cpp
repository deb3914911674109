#include "manifests/documents/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

// Numbers of at most two digits. Zeros may stand before them.
struct CronRange {
  int least = 0;
  int most = 0;
};

constexpr CronRange kOffsets{1, 30};
constexpr CronRange kOccurrences{1, 5};

struct CronField {
  std::string_view name;
  CronRange values;
  std::string_view described;  ///< the values, for people
  std::span<const std::string_view> words = {};

  // The service counts steps from the first value.
  [[nodiscard]] constexpr CronRange steps() const { return {1, values.most - values.least}; }
};

constexpr std::array<CronField, 5> kFields{{{"minute", {0, 59}, "0 to 59"},
                                            {"hour", {0, 23}, "0 to 23"},
                                            {"day of the month", {1, 31}, "1 to 31"},
                                            {"month", {1, 12}, "1 to 12, or JAN to DEC", kMonths},
                                            {"day of the week", {1, 7}, "1 (Sunday) to 7, or SUN to SAT", kWeekdays}}};
constexpr const CronField* kDayOfMonth = &kFields[2];
constexpr const CronField* kDayOfWeek = &kFields[4];

// --- reading

// Reads one field from the left, as the service does.
class CronFieldReader {
 public:
  CronFieldReader(std::string_view text, const CronField* field) : rest_(text), field_(field) {}

  std::optional<std::string> problem() {
    if (read() && rest_.empty()) return std::nullopt;
    if (!problem_.empty()) return std::move(problem_);
    if (rest_.starts_with('?')) return "may hold no ?: write * in its place";
    return fmt::format("has no {} that a cron expression may have: {}, *, a range, a step or a list", field_->name,
                       field_->described);
  }

 private:
  bool read() {
    if (take('*')) return !take('/') || (step() && others());
    if (field_ == kDayOfMonth) return day_of_month();
    if (field_ == kDayOfWeek) return day_of_week();
    return values();
  }

  bool values() { return value() && range_or_step() && others(); }

  bool day_of_month() {
    if (take('L')) return last_day();
    if (!value()) return false;
    return take('W') || (range_or_step() && others());
  }

  bool last_day() {
    if (take('-') && !number(kOffsets, "an offset from L")) return false;
    take('W');
    return true;
  }

  bool day_of_week() {
    if (take('L')) return true;
    if (!value()) return false;
    if (take('#')) return number(kOccurrences, "a #");
    return take('L') || (range_or_step() && others());
  }

  bool range_or_step() {
    if (take('/')) return step();
    if (!take('-')) return true;
    return value() && (!take('/') || step());
  }

  bool others() {
    while (take(',')) {
      if ((!take('*') && !value()) || !range_or_step()) return false;
    }
    return true;
  }

  bool value() {
    for (const std::string_view word : field_->words) {
      if (!iequals(rest_.substr(0, word.size()), word)) continue;
      rest_.remove_prefix(word.size());
      return true;
    }
    return number(field_->values, fmt::format("its {}", field_->name), field_->described);
  }

  bool step() { return number(field_->steps(), fmt::format("a step of its {}", field_->name)); }

  // Where no number stands at all, there is nothing to say about its range.
  bool number(CronRange range, std::string_view what, std::string_view described = {}) {
    const auto length = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (length == 0) return false;
    const auto found = whole_number<int>(rest_.substr(0, length));
    if (found && *found >= range.least && *found <= range.most) {
      rest_.remove_prefix(length);
      return true;
    }
    problem_ = fmt::format("has {} out of range: {}", what,
                           described.empty() ? fmt::format("{} to {}", range.least, range.most) : described);
    return false;
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  const CronField* field_;
  std::string problem_;
};

// A blank at the front or at the end makes an empty field.
std::vector<std::string_view> cron_fields(std::string_view text) {
  std::vector<std::string_view> fields;
  for (auto end = text.find_first_of(" \t"); end != std::string_view::npos; end = text.find_first_of(" \t")) {
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end);
    skip_any(text, " \t");
  }
  fields.push_back(text);
  return fields;
}

// --- for editors

std::string pattern_of(CronRange range) {
  std::string digits;
  for (int tens = 0; tens <= range.most / 10; ++tens) {
    const int least = std::max(range.least - tens * 10, 0);
    const int most = std::min(range.most - tens * 10, 9);
    digits += fmt::format("{}{}[{}-{}]", digits.empty() ? "" : "|", tens > 0 ? fmt::to_string(tens) : "", least, most);
  }
  return fmt::format("0*({})", digits);
}

// A word in small or capital letters: `[Jj][Aa][Nn]`.
std::string any_case(std::string_view word) {
  std::string pattern;
  for (const char letter : word) pattern += fmt::format("[{}{}]", letter, to_lower(std::string_view(&letter, 1)));
  return pattern;
}

// What stands alone in its field, beside `*`.
std::string pattern_alone(const CronField* field, std::string_view value) {
  if (field == kDayOfMonth) return fmt::format("|L(W|-{}W?)?|{}W", pattern_of(kOffsets), value);
  if (field == kDayOfWeek) return fmt::format("|L|{}(L|#{})", value, pattern_of(kOccurrences));
  return {};
}

std::string pattern_of(const CronField* field) {
  std::string value = pattern_of(field->values);
  for (const std::string_view word : field->words) value += '|' + any_case(word);
  value = '(' + value + ')';
  const auto step = '/' + pattern_of(field->steps());
  const auto range_or_step = fmt::format("({0}|-{1}({0})?)?", step, value);
  return fmt::format("(\\*{}|(\\*{}|{}{})(,({}|\\*){})*)", pattern_alone(field, value), step, value, range_or_step,
                     value, range_or_step);
}

}  // namespace

std::optional<std::string> cron_problem(std::string_view text) {
  constexpr std::string_view kForm = "must be a cron expression of five fields such as */5 * * * *";
  if (text.starts_with('@')) return fmt::format("{}; names such as @daily are not taken", kForm);
  const auto fields = cron_fields(text);
  if (std::ranges::any_of(fields, &std::string_view::empty)) return std::string(kForm);
  if (fields.size() == kFields.size() + 1) return fmt::format("{}, without seconds", kForm);
  if (fields.size() != kFields.size()) return std::string(kForm);
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (auto problem = CronFieldReader(fields[i], &kFields[i]).problem()) return problem;
  }
  return std::nullopt;
}

const std::string& cron_pattern() {
  static const std::string pattern = [] {
    std::string out = "^";
    for (const CronField& field : kFields) out += (out == "^" ? "" : "[ \\t]+") + pattern_of(&field);
    return out + '$';
  }();
  return pattern;
}

}  // namespace plumbline::manifests
