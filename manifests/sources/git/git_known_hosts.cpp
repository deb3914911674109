#include "manifests/sources/git/git_known_hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/wildcard.h"
#include "manifests/sources/git/git_ssh_key.h"

namespace plumbline::manifests {
namespace {

constexpr std::uint16_t kSshPort = 22;
constexpr std::string_view kHashed = "|1|";

std::string known_name(std::string_view host, std::uint16_t port) {
  const std::string name = to_lower(host);
  return port == kSshPort ? name : fmt::format("[{}]:{}", name, port);
}

// Takes a word from the front of a line.
std::string_view take_word(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const auto word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

// `|1|SALT|HASH`, both in base64.
bool matches_hashed(std::string_view pattern, std::string_view name) {
  pattern.remove_prefix(kHashed.size());
  const auto bar = pattern.find('|');
  if (bar == std::string_view::npos) return false;
  const auto salt = from_base64(pattern.substr(0, bar));
  const auto hash = from_base64(pattern.substr(bar + 1));
  return salt && hash && constant_time_equal(hmac_sha1(*salt, name), *hash);
}

// No `[...]` beside `*` and `?`: brackets stand in names with a port.
bool cut_matching_host(std::string_view& pattern, std::string_view& name) {
  if (!pattern.starts_with('?')) return cut_equal(pattern, name);
  pattern.remove_prefix(1);
  name.remove_prefix(first_character(name).size());
  return true;
}

bool matches(std::string_view patterns, std::string_view name) {
  if (patterns.starts_with(kHashed)) return matches_hashed(patterns, name);
  bool matched = false;
  for (std::string_view pattern : split(patterns, ',')) {
    const bool negated = pattern.starts_with('!');
    if (negated) pattern.remove_prefix(1);
    if (pattern.empty() || !wildcard_matches(to_lower(pattern), name, cut_matching_host)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

void read_line(std::string_view line, HostKeys& keys) {
  std::string_view word = take_word(line);
  if (word.empty() || word.starts_with('#')) return;
  std::string_view marker;
  if (word.starts_with('@')) {
    marker = word;
    word = take_word(line);
  }
  if (!marker.empty() && marker != "@revoked") return;
  const std::string_view type = take_word(line);
  auto key = from_base64(take_word(line));
  if (!key || type.empty() || key_type(*key) != type || !matches(word, keys.host)) return;
  (marker.empty() ? keys.trusted : keys.revoked).push_back(*std::move(key));
}

bool is_usable(std::string_view key) {
  const std::string type = key_type(key);
  return type == "ssh-ed25519" || type.starts_with("ecdsa-sha2-nistp");
}

// `ssh-keyscan -p 2222 git.example.com`
std::string scan_command(std::string_view name) {
  if (!name.starts_with('[')) return fmt::format("ssh-keyscan {}", name);
  const auto end = name.rfind("]:");
  return fmt::format("ssh-keyscan -p {} {}", name.substr(end + 2), name.substr(1, end - 1));
}

std::string how_to_add(std::string_view name) {
  return fmt::format(
      "compare it with what the server's owner publishes, then add the line that \"{}\" prints to "
      "known_hosts",
      scan_command(name));
}

}  // namespace

HostKeys keys_of_host(std::string_view known_hosts, std::string_view host, std::uint16_t port) {
  HostKeys keys{.host = known_name(host, port)};
  for (const std::string_view line : split(known_hosts, '\n')) read_line(line, keys);
  return keys;
}

Result<void> check_usable(const HostKeys& keys) {
  if (keys.trusted.empty()) return {};  // the server is asked all the same, so that the error can hold its fingerprint
  if (std::ranges::any_of(keys.trusted, is_usable)) return {};
  return fail(
      fmt::format("known_hosts has only keys of {} that cannot be used here ({}); add its ed25519 or ecdsa key, "
                  "which \"{}\" prints",
                  keys.host, key_type(keys.trusted.front()), scan_command(keys.host)));
}

Result<void> check_host_key(const HostKeys& keys, std::string_view shown) {
  const std::string what = fmt::format("{} key of {} is {}", key_type(shown), keys.host, fingerprint(shown));
  if (std::ranges::find(keys.revoked, shown) != keys.revoked.end()) {
    return fail(fmt::format("the {}, which known_hosts marks as revoked", what));
  }
  if (std::ranges::find(keys.trusted, shown) != keys.trusted.end()) return {};
  if (keys.trusted.empty()) {
    return fail(fmt::format("the host is unknown: the {}; {}", what, how_to_add(keys.host)));
  }
  return fail(
      fmt::format("the host has changed: the {}, but known_hosts has another key. Somebody may be intercepting the "
                  "connection. If the key was replaced, {} in place of the old one",
                  what, how_to_add(keys.host)));
}

std::string to_known_hosts(const HostKeys& keys, std::string_view host, std::uint16_t port) {
  std::string lines;
  for (const std::string& key : keys.trusted) {
    lines += fmt::format("[{}]:{} {} {}\n", host, port, key_type(key), to_base64(key));
  }
  return lines;
}

}  // namespace plumbline::manifests
