#include "manifests/sources/semver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxLength = 256;
// Far below the point at which adding one would overflow.
constexpr std::uint64_t kLargestNumber = 1'000'000'000'000'000'000;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool has_zero_in_front = text.size() > 1 && text.front() == '0';
  if (text.empty() || has_zero_in_front || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  const auto number = whole_number<std::uint64_t>(text);
  return number && *number <= kLargestNumber ? number : std::nullopt;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

bool is_number(std::string_view identifier) {
  return std::ranges::all_of(identifier, is_digit);
}

std::optional<std::vector<std::string>> parse_prerelease(std::string_view text) {
  std::vector<std::string> identifiers;
  for (const std::string_view part : split(text, '.')) {
    if (!is_identifier(part) || (is_number(part) && !parse_number(part))) return std::nullopt;
    identifiers.emplace_back(part);
  }
  return identifiers;
}

// Numbers before words, numbers by their value (semver.org, 11.4).
std::strong_ordering compare_identifiers(const std::string& left, const std::string& right) {
  if (is_number(left) != is_number(right)) {
    return is_number(left) ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (is_number(left) && left.size() != right.size()) return left.size() <=> right.size();
  return left <=> right;
}

// A version whose end may be missing or a wildcard: `1`, `1.2`, `1.x`, `*`.
struct PartialVersion {
  Version version;  // zeros for what is missing
  int given = 0;    // how many of the three numbers
};

bool is_wildcard(std::string_view part) {
  return part == "x" || part == "X" || part == "*";
}

std::optional<PartialVersion> parse_partial(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  const auto dash = text.find('-');
  const auto parts = split(text.substr(0, dash), '.');
  PartialVersion partial;
  const std::array numbers{&partial.version.major, &partial.version.minor, &partial.version.patch};
  if (parts.size() > numbers.size()) return std::nullopt;
  bool wild = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    wild = wild || is_wildcard(parts[i]);
    if (wild && is_wildcard(parts[i])) continue;
    const auto number = parse_number(parts[i]);
    if (wild || !number) return std::nullopt;
    *numbers[i] = *number;
    ++partial.given;
  }
  if (dash == std::string_view::npos) return partial;
  auto prerelease = parse_prerelease(text.substr(dash + 1));
  if (!prerelease || partial.given != 3) return std::nullopt;
  partial.version.prerelease = *std::move(prerelease);
  return partial;
}

bool is_full(const PartialVersion& partial) {
  return partial.given == 3;
}

// The lowest of all versions with these three numbers.
Version lowest(std::uint64_t major, std::uint64_t minor, std::uint64_t patch) {
  return {.major = major, .minor = minor, .patch = patch, .prerelease = {"0"}};
}

// The first version above all versions that begin with the first `numbers` numbers.
Version behind(const Version& version, int numbers) {
  if (numbers == 1) return lowest(version.major + 1, 0, 0);
  if (numbers == 2) return lowest(version.major, version.minor + 1, 0);
  return lowest(version.major, version.minor, version.patch + 1);
}

// How many numbers `^` keeps: those up to the first that is not zero.
int caret_numbers(const PartialVersion& partial) {
  if (partial.version.major > 0 || partial.given == 1) return 1;
  if (partial.version.minor > 0 || partial.given == 2) return 2;
  return 3;
}

}  // namespace

std::strong_ordering operator<=>(const Version& left, const Version& right) {
  if (const auto order = left.major <=> right.major; order != 0) return order;
  if (const auto order = left.minor <=> right.minor; order != 0) return order;
  if (const auto order = left.patch <=> right.patch; order != 0) return order;
  // A prerelease comes before its release.
  if (left.prerelease.empty() != right.prerelease.empty()) {
    return left.prerelease.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return std::lexicographical_compare_three_way(left.prerelease.begin(), left.prerelease.end(),
                                                right.prerelease.begin(), right.prerelease.end(), compare_identifiers);
}

std::optional<Version> parse_version(std::string_view text) {
  if (text.size() > kMaxLength) return std::nullopt;
  const auto partial = parse_partial(text);
  if (!partial || !is_full(*partial)) return std::nullopt;
  const auto plus = text.find('+');
  if (plus != std::string_view::npos) {
    const auto parts = split(text.substr(plus + 1), '.');
    if (!std::ranges::all_of(parts, is_identifier)) return std::nullopt;
  }
  return partial->version;
}

// Reads one alternative of a range; alternatives are separated by `||`.
class RangeParser {
 public:
  using Interval = VersionRange::Interval;
  using Intervals = VersionRange::Intervals;
  using Bound = VersionRange::Bound;

  static Result<Intervals> parse(std::string_view text) {
    const auto words = words_of(text);
    if (words.size() == 3 && words[1] == "-") return hyphen(words[0], words[2]);
    Intervals intervals;
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string word(words[i]);
      // `>= 1.2` is two words.
      const bool is_operator_alone = word.find_first_not_of("<>=^~") == std::string::npos;
      if (is_operator_alone && i + 1 < words.size()) word += words[++i];
      auto interval = comparator(word);
      if (!interval) return std::unexpected(interval.error());
      intervals.push_back(*std::move(interval));
    }
    if (intervals.empty()) return fail("a part of it is empty");
    return intervals;
  }

 private:
  static std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
      text.remove_prefix(std::min(text.find_first_not_of(" ,\t"), text.size()));
      if (text.empty()) return words;
      words.push_back(text.substr(0, text.find_first_of(" ,\t")));
      text.remove_prefix(words.back().size());
    }
  }

  static std::unexpected<Error> no_version(std::string_view text) {
    return fail(fmt::format("\"{}\" is not a version; write 1, 1.2, 1.2.3 or 1.x", text));
  }

  static Result<Intervals> hyphen(std::string_view from, std::string_view to) {
    auto lower = comparator(">=" + std::string(from));
    auto upper = comparator("<=" + std::string(to));
    if (!lower) return std::unexpected(lower.error());
    if (!upper) return std::unexpected(upper.error());
    return Intervals{*std::move(lower), *std::move(upper)};
  }

  static Result<Interval> comparator(std::string_view text) {
    static constexpr std::array<std::string_view, 8> kOperators{">=", "<=", "~>", ">", "<", "=", "^", "~"};
    const auto* const found = std::ranges::find_if(kOperators, [&](auto name) { return text.starts_with(name); });
    const std::string_view name = found == kOperators.end() ? "" : *found;
    const auto version = parse_partial(text.substr(name.size()));
    if (!version) return no_version(text.substr(name.size()));
    Interval interval = version->given == 0 ? Interval{} : interval_of(name, *version);
    if (version->given == 0 && (name == "<" || name == ">")) return no_version(text.substr(name.size()));
    interval.has_prereleases = !version->version.prerelease.empty();
    return interval;
  }

  static Interval interval_of(std::string_view name, const PartialVersion& partial) {
    const Version& version = partial.version;
    const Bound at{version, true};
    const Bound end = is_full(partial) ? at : Bound{behind(version, partial.given), false};
    if (name == ">=") return {.lower = at};
    if (name == ">") return {.lower = is_full(partial) ? Bound{version, false} : Bound{end.version, true}};
    if (name == "<") return {.upper = Bound{without_prereleases(version), false}};
    if (name == "<=") return {.upper = end};
    if (name == "^") return {.lower = at, .upper = Bound{behind(version, caret_numbers(partial)), false}};
    if (name.starts_with('~')) {
      return {.lower = at, .upper = Bound{behind(version, std::min(partial.given, 2)), false}};
    }
    return {.lower = at, .upper = end};
  }

  // `<2.0.0` ends before the prereleases of 2.0.0.
  static Version without_prereleases(const Version& version) {
    return version.prerelease.empty() ? lowest(version.major, version.minor, version.patch) : version;
  }
};

Result<VersionRange> VersionRange::parse(std::string_view text) {
  if (text.size() > kMaxLength) return fail("a range of versions is too long");
  VersionRange range;
  while (true) {
    const auto bar = text.find("||");
    auto intervals = RangeParser::parse(text.substr(0, bar));
    if (!intervals) return fail(fmt::format("the range of versions cannot be read: {}", intervals.error().message));
    range.alternatives_.push_back(*std::move(intervals));
    if (bar == std::string_view::npos) return range;
    text.remove_prefix(bar + 2);
  }
}

bool VersionRange::Interval::contains(const Version& version) const {
  const bool above = !lower || version > lower->version || (lower->inclusive && version == lower->version);
  const bool below = !upper || version < upper->version || (upper->inclusive && version == upper->version);
  return above && below;
}

bool VersionRange::contains(const Version& version) const {
  return std::ranges::any_of(alternatives_, [&](const Intervals& intervals) {
    const bool admitted = version.prerelease.empty() || std::ranges::any_of(intervals, &Interval::has_prereleases);
    return admitted && std::ranges::all_of(intervals, [&](const auto& one) { return one.contains(version); });
  });
}

std::optional<std::string> newest_tag(const VersionRange& range, std::span<const std::string> tags) {
  std::optional<std::pair<Version, std::string>> newest;
  for (const std::string& tag : tags) {
    auto version = parse_version(tag);
    if (!version || !range.contains(*version)) continue;
    // Of two tags with the same version (`v1.2.3`, `1.2.3`) the choice must always be the same.
    std::pair candidate{*std::move(version), tag};
    if (!newest || newest->first < candidate.first ||
        (newest->first == candidate.first && newest->second < candidate.second)) {
      newest = std::move(candidate);
    }
  }
  if (!newest) return std::nullopt;
  return newest->second;
}

}  // namespace plumbline::manifests
