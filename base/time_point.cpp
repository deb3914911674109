#include "base/time_point.h"

#include <fmt/chrono.h>

#include "base/text.h"

namespace plumbline {
namespace {

// Digits [begin, begin + count) of the text as a number; nothing if something else is among them.
std::optional<int> digits(std::string_view text, std::size_t begin, std::size_t count) {
  const auto part = text.substr(begin, count);
  const auto value = whole_number<int>(part);
  return value && *value >= 0 && part.size() == count ? value : std::nullopt;
}

// `.25` in microseconds; what is finer does not count.
std::optional<std::chrono::microseconds> fraction(std::string_view text) {
  if (text.empty()) return std::chrono::microseconds(0);
  if (text.front() != '.' || text.size() == 1) return std::nullopt;
  int micros = 0;
  int scale = 100'000;
  for (const char digit : text.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    micros += (digit - '0') * scale;
    scale /= 10;
  }
  return std::chrono::microseconds(micros);
}

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kShape = "YYYY-MM-DDThh:mm:ss";
  if (text.size() <= kShape.size() || text.back() != 'Z') return std::nullopt;
  for (const auto mark : {std::size_t{4}, std::size_t{7}, std::size_t{10}, std::size_t{13}, std::size_t{16}}) {
    if (text[mark] != kShape[mark]) return std::nullopt;
  }
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const auto micros = fraction(text.substr(kShape.size(), text.size() - kShape.size() - 1));
  if (!year || !month || !day || !hour || !minute || !second || !micros) return std::nullopt;
  const auto date = std::chrono::year(*year) / std::chrono::month(static_cast<unsigned>(*month)) /
                    std::chrono::day(static_cast<unsigned>(*day));
  // The clock counts nanoseconds from 1677 to 2262.
  if (*year < 1678 || *year > 2261) return std::nullopt;
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *micros;
}

std::string to_rfc3339(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace plumbline
