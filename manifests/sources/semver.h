#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Semantic versions (semver.org, 2.0.0) and ranges of them as Flux, Helm and npm write them.
namespace plumbline::manifests {

/// Build metadata (`+…`) has no rank and is not kept.
struct Version {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease;  ///< `rc`, `1` of `1.2.0-rc.1`

  friend std::strong_ordering operator<=>(const Version& left, const Version& right);
  friend bool operator==(const Version& left, const Version& right) = default;
};

/// `1.2.3`, `v1.2.3-rc.1+build`: all three numbers; nothing if it is none.
std::optional<Version> parse_version(std::string_view text);

/// Versions between bounds: `>=1.2 <2`, `^1.2`, `~1.2.3`, `1.x`, `1.2 - 1.4`, joined by spaces or
/// commas (all must hold) and by `||` (one must). A version with a prerelease is in a range only if
/// the range names one (`>=1.2.0-0 <2`), and then below an upper bound only if it does not belong to
/// it: `<2` never has 2.0.0-rc.1.
class VersionRange {
 public:
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

/// The tag with the highest version in the range; nothing if there is none. Names that are no
/// versions are passed over.
std::optional<std::string> newest_tag(const VersionRange& range, std::span<const std::string> tags);

}  // namespace plumbline::manifests
