#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Semantic versions (semver.org, 2.0.0), and ranges of them as Flux, Helm and npm write them.
namespace plumbline::manifests {

/// A version. Build metadata (`+…`) does not count in comparisons and is dropped.
struct Version {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease;  ///< `rc`, `1` of `1.2.0-rc.1`

  friend std::strong_ordering operator<=>(const Version& left, const Version& right);
  friend bool operator==(const Version& left, const Version& right) = default;
};

/// Reads `1.2.3` or `v1.2.3-rc.1+build`; all three numbers are required. Nothing if it is not a version.
std::optional<Version> parse_version(std::string_view text);

/// Versions between bounds: `>=1.2 <2`, `^1.2`, `~1.2.3`, `1.x`, `1.2 - 1.4`. Bounds joined by spaces or commas must
/// all hold; of those joined by `||`, one must. A version with a prerelease is only in a range that names a prerelease
/// (`>=1.2.0-0 <2`). Even then it is not below an upper bound that it is a prerelease of: `<2` never holds 2.0.0-rc.1.
class VersionRange {
 public:
  /// The error says why the range cannot be read.
  static Result<VersionRange> parse(std::string_view text);

  [[nodiscard]] bool contains(const Version& version) const;

 private:
  struct Bound {
    Version version;
    bool inclusive = true;
  };
  struct Interval {
    std::optional<Bound> lower;
    std::optional<Bound> upper;
    bool has_prereleases = false;

    [[nodiscard]] bool contains(const Version& version) const;
  };
  // All of these must hold.
  using Intervals = std::vector<Interval>;
  friend class RangeParser;

  std::vector<Intervals> alternatives_;
};

/// The tag with the highest version in the range; nothing if there is none. Tags that are not versions are skipped.
std::optional<std::string> newest_tag(const VersionRange& range, std::span<const std::string> tags);

}  // namespace plumbline::manifests
