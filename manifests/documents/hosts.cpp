#include "manifests/documents/hosts.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kLongestHost = 253;

bool is_of_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}

bool is_label(std::string_view label) {
  return !label.empty() && std::ranges::all_of(label, is_of_label);
}

// DNS knows international names only in this form (RFC 5891), and so does the API.
std::optional<std::string> beyond_ascii(std::string_view host) {
  if (std::ranges::all_of(host, [](unsigned char c) { return c < 0x80; })) return std::nullopt;
  return "may hold only ASCII: write an international host in punycode, as in xn--bcher-kva.example";
}

constexpr std::array<std::string_view, 2> kSchemes{"http://", "https://"};

std::string_view without_scheme(std::string_view pattern) {
  for (const std::string_view scheme : kSchemes) {
    if (pattern.starts_with(scheme)) return pattern.substr(scheme.size());
  }
  return pattern;
}

// `host` begins where a scheme has ended, and may hold stars.
std::optional<std::string> host_problem(std::string_view host) {
  if (auto problem = beyond_ascii(host)) return problem;
  if (host.empty()) return "must begin with a host, as in shop.example.com/*";
  if (host.contains(':')) return "may hold no port";
  if (!std::ranges::all_of(host, [](char c) { return is_of_label(c) || c == '.' || c == '*'; })) {
    return "must begin with a host of letters, digits, dots, - and _";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> hostname_problem(std::string_view text) {
  if (auto problem = beyond_ascii(text)) return problem;
  if (text.size() > kLongestHost) return "may have at most 253 characters";
  const auto labels = split(text, '.');
  if (labels.size() < 2 || !std::ranges::all_of(labels, is_label)) {
    return "must be a host name such as shop.example.com, without wildcard, scheme, port or path";
  }
  return std::nullopt;
}

std::optional<std::string> zone_name_problem(std::string_view text) {
  if (auto problem = beyond_ascii(text)) return problem;
  if (hostname_problem(text)) return "must be the name of a zone such as example.com";
  return std::nullopt;
}

std::optional<std::string> zone_id_problem(std::string_view text) {
  if (text.size() != 32 || text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return "must be 32 lower-case hex digits";
  }
  return std::nullopt;
}

std::optional<std::string> route_pattern_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  if (text.find_first_of("?# \t\r\n\v\f") != std::string_view::npos) return "may hold no query, fragment or blank";
  text = without_scheme(text);
  const auto scheme = text.find("://");
  if (scheme != std::string_view::npos && text.find('/') == scheme + 1) {
    return "may begin with http:// or https://, and with no other scheme";
  }
  if (auto problem = host_problem(text.substr(0, text.find('/')))) return problem;
  if (text.starts_with('*') && !text.starts_with("**")) text.remove_prefix(1);
  if (text.ends_with('*')) text.remove_suffix(1);
  if (text.contains('*')) return "may hold * only before the host and at the end";
  return std::nullopt;
}

std::string_view host_of_pattern(std::string_view pattern) {
  pattern = without_scheme(pattern);
  return pattern.substr(0, pattern.find('/'));
}

bool names_host(std::string_view pattern) {
  return host_of_pattern(pattern).find_first_not_of('*') != std::string_view::npos;
}

}  // namespace plumbline::manifests
