#include "daemon/config/config_rules.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "daemon/config/names.h"
#include "manifests/documents/worker_names.h"
#include "manifests/sources/git/git_fetch.h"
#include "manifests/sources/semver.h"
#include "net/url.h"

namespace plumbline::daemon {
namespace {

using manifests::Report;
using manifests::YamlNode;
using namespace std::chrono_literals;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void check_duration(const YamlNode& node, Report& report, std::chrono::milliseconds most, std::string_view range) {
  const auto duration = parse_duration(node.text);
  if (manifests::type_of(node) != manifests::ValueType::string || !duration) {
    report.error(node, "expected a duration", "write it with its unit: 250ms, 60s, 5m, 6h or 2d");
  } else if (*duration < 1s || *duration > most) {
    report.error(node, "the duration is out of range", std::string(range));
  }
}

}  // namespace

Result<Rate> parse_rate(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return fail("must look like 1200/300s");
  const auto calls = whole_number<std::uint64_t>(text.substr(0, slash));
  const auto window = parse_duration(text.substr(slash + 1));
  if (!calls || !window) return fail("must look like 1200/300s");
  constexpr std::uint64_t kMostCalls = 1'000'000;
  if (*calls == 0 || *calls > kMostCalls) return fail("must allow between 1 and 1000000 calls");
  if (*window < 1s || *window > 1h) return fail("must have a window between 1s and 1h");
  return Rate{static_cast<std::size_t>(*calls), *window};
}

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  constexpr std::pair<std::string_view, unsigned> kUnits[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  unsigned shift = 0;
  for (const auto& [unit, bits] : kUnits) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    shift = bits;
    break;
  }
  const auto number = whole_number<std::uint64_t>(text);
  constexpr std::uint64_t kMost = 1ULL << 40U;
  if (!number || *number == 0 || *number > (kMost >> shift)) {
    return fail("must be a size such as 256MiB, up to 1024GiB");
  }
  return *number << shift;
}

std::optional<std::string> name_rule(std::string_view text) {
  if (is_name(text)) return std::nullopt;
  return "may hold only " + std::string(kNameRule);
}

std::optional<std::string> account_id_rule(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  if (text.size() == kDigits && is_hex(text)) return std::nullopt;
  return "must be the account's 32 lower-case hex digits";
}

std::optional<std::string> base_url_rule(std::string_view text) {
  const auto url = net::parse_base_url(text);
  if (url) return std::nullopt;
  return "may not be used: " + url.error().message;
}

bool is_folder(std::string_view repository) {
  return !repository.contains("://") &&
         (repository.starts_with('/') || repository.starts_with('.') || !repository.contains(':'));
}

std::optional<std::string> repository_rule(std::string_view text) {
  if (text.empty()) return "must be a URL or a folder";
  if (is_folder(text)) return std::nullopt;
  const auto remote = manifests::check_remote(text);
  if (remote) return std::nullopt;
  return "may not be used: " + remote.error().message;
}

std::optional<std::string> branch_rule(std::string_view text) {
  const bool is_bare = !text.starts_with('-') && !text.starts_with("refs/") && manifests::is_ref_name(text);
  if (is_bare) return std::nullopt;
  return "must be the bare name, such as main or v1.2";
}

std::optional<std::string> semver_rule(std::string_view text) {
  const auto range = manifests::VersionRange::parse(text);
  if (range) return std::nullopt;
  return "must be a range of versions, such as ^1.2 or >=1.2 <2";
}

std::optional<std::string> commit_rule(std::string_view text) {
  constexpr std::size_t kDigits = 40;
  if (text.size() == kDigits && is_hex(text)) return std::nullopt;
  return "must be the commit's 40 lower-case hex digits";
}

std::optional<std::string> subfolder_rule(std::string_view text) {
  const auto parts = split(text, '/');
  const bool inside = !text.starts_with('/') && std::ranges::find(parts, "..") == parts.end();
  if (inside) return std::nullopt;
  return "must be a path inside the repository, without .. and without a slash in front";
}

std::optional<std::string> name_suffix_rule(std::string_view text) {
  if (text.ends_with('-') || text.ends_with('_')) return "must end in a letter or digit";
  // The part of a name after its first letter.
  return manifests::worker_name_problem("w" + std::string(text));
}

std::optional<std::string> address_rule(std::string_view text) {
  constexpr std::uint64_t kLastPort = 65535;
  constexpr std::string_view kPassed = "systemd:";
  if (text.starts_with(kPassed) && text.size() > kPassed.size()) return std::nullopt;
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const auto port = whole_number<std::uint64_t>(text.substr(colon + 1));
    if (port && *port <= kLastPort) return std::nullopt;
  }
  return "must be ADDRESS:PORT, such as 127.0.0.1:8080, or :8080 for every interface, or systemd:NAME for a socket "
         "that "
         "systemd passes";
}

std::optional<std::string> rate_rule(std::string_view text) {
  const auto rate = parse_rate(text);
  if (rate) return std::nullopt;
  return rate.error().message;
}

void short_duration_rule(const YamlNode& node, Report& report) {
  check_duration(node, report, 24h, "between 1s and 24h");
}

void long_duration_rule(const YamlNode& node, Report& report) {
  check_duration(node, report, 24h * 31, "between 1s and 31d");
}

void byte_size_rule(const YamlNode& node, Report& report) {
  const auto size = parse_byte_size(node.text);
  if (!size) report.error(node, "the size " + size.error().message);
}

void reference_rule(const YamlNode& node, Report& report) {
  if (node.entries.size() == 1) return;
  report.error(node, "a reference names exactly one place", "{env: NAME}, {file: PATH} or {credential: NAME}");
}

}  // namespace plumbline::daemon
