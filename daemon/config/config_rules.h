#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/documents/schema.h"

/// Rules for single values of the configuration. Each returns what is wrong, or nothing. Messages never repeat the
/// value.
namespace plumbline::daemon {

/// A rate such as `1200/300s`.
struct Rate {
  std::size_t calls = 0;
  std::chrono::milliseconds window{0};
};
Result<Rate> parse_rate(std::string_view text);

/// `256MiB`, `512KiB`, `1GiB`, or a number of bytes.
Result<std::uint64_t> parse_byte_size(std::string_view text);

std::optional<std::string> name_rule(std::string_view text);
std::optional<std::string> account_id_rule(std::string_view text);
std::optional<std::string> base_url_rule(std::string_view text);
std::optional<std::string> repository_rule(std::string_view text);
std::optional<std::string> branch_rule(std::string_view text);
std::optional<std::string> semver_rule(std::string_view text);
std::optional<std::string> commit_rule(std::string_view text);
std::optional<std::string> subfolder_rule(std::string_view text);
std::optional<std::string> name_suffix_rule(std::string_view text);
std::optional<std::string> address_rule(std::string_view text);
std::optional<std::string> rate_rule(std::string_view text);

/// Rules for nodes: a number without a unit has another type than `60s`, and needs its own advice.
void short_duration_rule(const manifests::YamlNode& node, manifests::Report& report);
void long_duration_rule(const manifests::YamlNode& node, manifests::Report& report);
void byte_size_rule(const manifests::YamlNode& node, manifests::Report& report);

/// A reference must name exactly one place.
void reference_rule(const manifests::YamlNode& node, manifests::Report& report);

/// Whether a repository is a folder on this machine and not a URL.
bool is_folder(std::string_view repository);

}  // namespace plumbline::daemon
