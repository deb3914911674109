#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "manifests/git_fetch.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxUrlLength = 2048;
constexpr std::size_t kCommitLength = 40;

// The parts of `scheme://user@host:port/path`.
struct Url {
  std::string_view scheme;
  std::string_view user;
  std::string_view host;
};

std::optional<Url> split_url(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url{.scheme = text.substr(0, colon)};
  std::string_view authority = text.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const bool is_bracketed = authority.starts_with('[');
  const auto end = is_bracketed ? authority.find(']') + 1 : authority.find(':');
  url.host = authority.substr(0, end);
  return url;
}

bool is_loopback(std::string_view host) {
  const auto is_address_character = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return iequals(host, "localhost") || host == "[::1]" ||
         (host.starts_with("127.") && std::ranges::all_of(host, is_address_character));
}

bool is_plain_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." || text == "..";
}

Result<RemoteAddress> address(std::string_view url) {
  return RemoteAddress{std::string(url), std::string(url)};
}

Result<RemoteAddress> check_url(std::string_view text, const Url& url) {
  static constexpr std::array<std::string_view, 4> kSchemes{"https", "http", "git", "file"};
  if (url.scheme == "ssh" || url.scheme == "oci") {
    return fail(fmt::format("{}:// is not supported yet by this version", url.scheme));
  }
  if (std::ranges::find(kSchemes, url.scheme) == kSchemes.end()) {
    return fail("the URL of a repository begins with https:// or file://, or is a folder");
  }
  if (!url.user.empty()) {
    return fail(
        "the URL of a repository may not hold a user or password; write them under "
        "\"credentials\"");
  }
  if (url.scheme == "file") return address(text);
  if (url.host.empty()) return fail("the URL of the repository names no host");
  if (url.scheme != "https" && !is_loopback(url.host)) {
    return fail(fmt::format("{}:// is not encrypted and accepted to loopback only; use https://", url.scheme));
  }
  return address(text);
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The rules of git-check-ref-format(1) that matter for a name from a configuration.
bool is_ref_name(std::string_view name) {
  static constexpr std::string_view kRefused = " ~^:?*[\\\x7f";
  const auto is_refused = [](char c) { return static_cast<unsigned char>(c) < 0x20U || kRefused.contains(c); };
  const auto parts = split(name, '/');
  return std::ranges::none_of(name, is_refused) && !name.contains("..") && !name.contains("@{") &&
         !name.ends_with('.') && name != "@" && std::ranges::none_of(parts, [](auto part) {
           return part.empty() || part.starts_with('.') || part.ends_with(".lock");
         });
}

}  // namespace

Result<RemoteAddress> check_remote(std::string_view url) {
  const auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20U || c == 0x7F; };
  if (url.empty()) return fail("the repository has no URL");
  if (url.size() > kMaxUrlLength) return fail("the URL of the repository is too long");
  if (is_plain_path(url)) {
    if (url.find('\0') != std::string_view::npos) return fail("the path holds a NUL");
    return address(url);
  }
  if (std::ranges::any_of(url, is_odd)) {
    return fail("the URL of the repository holds a space or control character");
  }
  if (const auto parts = split_url(url)) return check_url(url, *parts);
  if (url.contains('@') && url.contains(':')) {
    return fail("ssh is not supported yet by this version");
  }
  return fail(
      "the URL of a repository begins with https:// or file://, or is a folder such as "
      "./repository");
}

Result<std::string> full_ref(RefKind kind, std::string_view name) {
  if (kind == RefKind::commit) {
    std::string commit = to_lower(name);
    if (commit.size() != kCommitLength || !std::ranges::all_of(commit, is_hex)) {
      return fail("a commit is named by 40 hex digits");
    }
    return commit;
  }
  const std::string_view what = kind == RefKind::branch ? "branch" : "tag";
  if (!is_ref_name(name)) return fail(fmt::format("\"{}\" is no name of a {}", name, what));
  return fmt::format("refs/{}/{}", kind == RefKind::branch ? "heads" : "tags", name);
}

}  // namespace plumbline::manifests
