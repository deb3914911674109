#include "tests/support/metrics.h"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "base/text.h"

namespace plumbline::testing {

namespace {

[[noreturn]] void refuse(std::string_view line) {
  throw std::runtime_error("no line of an exposition: " + std::string(line));
}

/// `requests_bucket` belongs to the family `requests`, if that is a histogram.
bool is_announced(std::string_view name, const std::set<std::string, std::less<>>& families) {
  if (families.contains(name)) return true;
  constexpr std::array<std::string_view, 3> kParts{"_bucket", "_sum", "_count"};
  return std::ranges::any_of(kParts, [&](std::string_view part) {
    return name.ends_with(part) && families.contains(name.substr(0, name.size() - part.size()));
  });
}

std::string_view name_of(std::string_view sample) {
  return sample.substr(0, sample.find('{'));
}

}  // namespace

Metrics parse_metrics(std::string_view exposition) {
  constexpr std::string_view kType = "# TYPE ";
  Metrics metrics;
  std::set<std::string, std::less<>> families;
  for (const auto line : split(exposition, '\n')) {
    if (line.empty()) continue;
    if (line.starts_with(kType)) families.emplace(line.substr(kType.size(), line.rfind(' ') - kType.size()));
    if (line.starts_with('#')) continue;
    const auto space = line.rfind(' ');
    if (space == std::string_view::npos || space == 0) refuse(line);
    const auto sample = line.substr(0, space);
    if (!is_announced(name_of(sample), families)) refuse(line);
    const auto value = std::stod(std::string(line.substr(space + 1)));
    if (!metrics.emplace(sample, value).second) refuse(line);
  }
  return metrics;
}

double sum_of(const Metrics& metrics, std::string_view name, const std::map<std::string, std::string>& labels) {
  double sum = 0;
  for (const auto& [sample, value] : metrics) {
    if (name_of(sample) != name) continue;
    const bool fits = std::ranges::all_of(labels, [&sample](const auto& label) {
      const auto stated = label.first + "=\"" + label.second + "\"";
      return sample.contains("{" + stated) || sample.contains("," + stated);
    });
    if (fits) sum += value;
  }
  return sum;
}

}  // namespace plumbline::testing
