#include "reconciler/explain/request_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "manifests/documents/hosts.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kSchemeEnd = "://";
constexpr int kLargestPort = 65535;

bool is_unreserved(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("-._~").contains(c);
}

// A client puts anything beyond printable ASCII into this form before it sends it.
std::string encoded(char c) {
  return fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

// The byte that `text` encodes from `at` on; nothing if it encodes none.
std::optional<char> decoded(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return std::nullopt;
  const auto high = hex_value(text[at + 1]);
  const auto low = hex_value(text[at + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high * 16U + *low);
}

// Each character in the one form that normalization gives it.
std::string with_normal_characters(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (const auto byte = decoded(path, i)) {
      out += is_unreserved(*byte) ? std::string(1, *byte) : encoded(*byte);
      i += 2;
    } else if (c == '\\') {
      out += '/';
    } else {
      out += c > ' ' && c < '\x7f' ? std::string(1, c) : encoded(c);
    }
  }
  return out;
}

// `..` takes a segment away, `.` and empty ones say nothing; what stands last decides whether a slash does.
std::string with_plain_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = split(path, '/');
  for (const auto segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != "." && !segment.empty()) {
      kept.push_back(segment);
    }
  }
  const auto last = segments.back();
  std::string out = "/" + fmt::format("{}", fmt::join(kept, "/"));
  const bool folder = last.empty() || last == "." || last == "..";
  if (folder && !kept.empty()) out += '/';
  return out;
}

Result<Scheme> scheme_of(std::string_view text) {
  const auto name = to_lower(text);
  if (name == "https") return Scheme::https;
  if (name == "http") return Scheme::http;
  return fail("a URL begins with https:// or http://");
}

Result<void> set_host(std::string_view text, RequestUrl& url) {
  url.host = to_lower(text);
  if (url.host.ends_with('.')) url.host.pop_back();
  if (const auto problem = manifests::hostname_problem(url.host)) return fail("the host of a URL " + *problem);
  return {};
}

Result<void> set_authority(std::string_view text, RequestUrl& url) {
  text.remove_prefix(text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@') + 1);
  const auto colon = text.rfind(':');
  url.port = default_port(url.scheme);
  if (colon != std::string_view::npos) {
    const auto digits = text.substr(colon + 1);
    const auto port = whole_number<int>(digits);
    // An empty port is the default one (RFC 3986, 3.2.3).
    if (!digits.empty() && (!port || *port < 1 || *port > kLargestPort)) {
      return fail("the port of a URL is a number from 1 to 65535");
    }
    if (port) url.port = *port;
  }
  return set_host(text.substr(0, colon), url);
}

bool is_control(char c) {
  return (c >= 0 && c <= ' ') || c == '\x7f';
}

}  // namespace

std::string_view to_string(Scheme scheme) {
  return scheme == Scheme::http ? "http" : "https";
}

int default_port(Scheme scheme) {
  constexpr int kHttp = 80;
  constexpr int kHttps = 443;
  return scheme == Scheme::http ? kHttp : kHttps;
}

std::string RequestUrl::shown() const {
  const auto at = port == default_port(scheme) ? std::string() : fmt::format(":{}", port);
  return fmt::format("{}://{}{}{}{}", to_string(scheme), host, at, path, query.empty() ? "" : "?…");
}

std::string normalized_path(std::string_view path) {
  return with_plain_segments(with_normal_characters(path));
}

std::string sent_form(std::string_view path) {
  std::string out;
  for (const char c : path) out += static_cast<unsigned char>(c) < 0x80U ? std::string(1, c) : encoded(c);
  return out;
}

Result<RequestUrl> parse_request_url(std::string_view text) {
  if (std::ranges::any_of(text, is_control)) return fail("a URL holds no blank and no control character");
  RequestUrl url;
  text = text.substr(0, text.find('#'));
  const auto end = text.find_first_of("/?");
  const auto scheme = text.find(kSchemeEnd);
  // A slash before it, or a question mark, belongs to what comes after the host.
  if (scheme != std::string_view::npos && scheme + 1 == end) {
    const auto known = scheme_of(text.substr(0, scheme));
    if (!known) return std::unexpected(known.error());
    url.scheme = *known;
    text.remove_prefix(scheme + kSchemeEnd.size());
  }
  const auto authority = text.substr(0, text.find_first_of("/?\\"));
  if (const auto set = set_authority(authority, url); !set) return std::unexpected(set.error());
  text.remove_prefix(authority.size());
  const auto question = text.find('?');
  if (question != std::string_view::npos) url.query = text.substr(question);
  const auto path = text.substr(0, question);
  url.path = normalized_path(path.empty() ? "/" : path);
  if (!path.empty()) url.sent_path = sent_form(path);
  return url;
}

bool is_like_url(std::string_view text) {
  constexpr std::string_view kWorker = "worker.";
  if (text.contains('/')) return true;
  if (text.starts_with(kWorker)) text.remove_prefix(kWorker.size());
  return text.contains('.');
}

}  // namespace plumbline::reconciler
