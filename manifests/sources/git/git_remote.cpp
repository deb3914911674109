#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxUrlLength = 2048;

// The parts of `scheme://user@host:port/path`.
struct Url {
  std::string_view scheme;
  std::string_view user;
  std::string_view host;
  std::string_view port;
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
  if (url.host.size() < authority.size()) url.port = authority.substr(url.host.size());
  return url;
}

// `git@git.example.com:edge/workers.git`, as scp(1) writes it.
std::optional<Url> split_scp(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || text.substr(0, at).find_first_of("/:") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view behind = text.substr(at + 1);
  const bool is_bracketed = behind.starts_with('[');
  const auto colon = behind.find(':', is_bracketed ? behind.find(']') : 0);
  if (colon == std::string_view::npos || colon + 1 == behind.size()) return std::nullopt;
  return Url{.scheme = "ssh", .user = text.substr(0, at), .host = behind.substr(0, colon)};
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
  return RemoteAddress{.url = std::string(url), .shown = std::string(url)};
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto port = whole_number<std::uint16_t>(text);
  return port && *port > 0 ? port : std::nullopt;
}

std::string without_brackets(std::string_view host) {
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

bool is_word(std::string_view text) {
  return !text.empty() && !text.starts_with('-') && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

// No git host needs a query, but people put tokens there; it would be shown wherever the repository is.
constexpr std::string_view kNoQuery =
    "the URL of a repository may not hold a query (?) or fragment (#); write a token under \"credentials\"";

bool has_query(std::string_view text) {
  return text.find_first_of("?#") != std::string_view::npos;
}

// An ssh URL in libgit2's form, which holds the user.
Result<RemoteAddress> ssh_address(std::string_view text, const Url& url) {
  static constexpr std::uint16_t kDefaultSshPort = 22;
  if (url.user.contains(':')) return fail("the URL of a repository may not hold a password");
  if (has_query(text)) return fail(std::string(kNoQuery));
  if (!url.user.empty() && !is_word(url.user)) {
    return fail(
        "the user in the URL of the repository may hold only letters, digits, ., - and _, and may not begin with -");
  }
  RemoteAddress remote{.url = std::string(text), .shown = std::string(text), .is_ssh = true};
  remote.user = url.user;
  remote.host = without_brackets(url.host);
  const auto port = url.port.empty() ? kDefaultSshPort : port_number(url.port.substr(1));
  if (remote.host.empty()) return fail("the URL of the repository has no host");
  if (remote.host.starts_with('-')) return fail("the host in the URL of the repository is not a host name");
  if (!port) return fail("the port in the URL of the repository is not between 1 and 65535");
  remote.port = *port;
  return remote;
}

Result<RemoteAddress> check_url(std::string_view text, const Url& url) {
  static constexpr std::array<std::string_view, 5> kSchemes{"https", "http", "git", "file", "ssh"};
  if (url.scheme == "oci") return fail("oci:// is not supported yet by this version");
  if (std::ranges::find(kSchemes, url.scheme) == kSchemes.end()) {
    return fail("the URL of a repository begins with https://, ssh:// or file://, or is a folder");
  }
  if (url.scheme == "ssh") return ssh_address(text, url);
  if (url.scheme != "file" && has_query(text)) return fail(std::string(kNoQuery));
  if (!url.user.empty()) {
    return fail(
        "the URL of a repository may not hold a user or password; write them under "
        "\"credentials\"");
  }
  if (url.scheme == "file") return address(text);
  if (url.host.empty()) return fail("the URL of the repository has no host");
  // Escaped credentials could be there, and a resolver's error would repeat them.
  if (url.host.contains('%')) return fail("the host in the URL of the repository is not a host name");
  if (url.scheme != "https" && !is_loopback(url.host)) {
    return fail(fmt::format("{}:// is not encrypted, so it is accepted only for loopback; use https://", url.scheme));
  }
  if (!url.port.empty() && !port_number(url.port.substr(1))) {
    return fail("the port in the URL of the repository is not between 1 and 65535");
  }
  auto remote = address(text);
  remote->host = without_brackets(url.host);
  return remote;
}

}  // namespace

Result<RemoteAddress> check_remote(std::string_view url) {
  const auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20U || c == 0x7F; };
  if (url.empty()) return fail("the repository has no URL");
  if (url.size() > kMaxUrlLength) return fail("the URL of the repository is too long");
  if (is_plain_path(url)) {
    if (url.find('\0') != std::string_view::npos) return fail("the path of the repository holds a NUL character");
    return address(url);
  }
  if (std::ranges::any_of(url, is_odd)) {
    return fail("the URL of the repository holds a space or control character");
  }
  if (const auto parts = split_url(url)) return check_url(url, *parts);
  if (const auto parts = split_scp(url)) return ssh_address(url, *parts);
  return fail("the URL of a repository begins with https://, ssh:// or file://, or is a folder such as ./repository");
}

bool is_ref_name(std::string_view name) {
  static constexpr std::string_view kRefused = " ~^:?*[\\\x7f";
  const auto is_refused = [](char c) { return static_cast<unsigned char>(c) < 0x20U || kRefused.contains(c); };
  const auto parts = split(name, '/');
  return std::ranges::none_of(name, is_refused) && !name.contains("..") && !name.contains("@{") &&
         !name.ends_with('.') && name != "@" && std::ranges::none_of(parts, [](auto part) {
           return part.empty() || part.starts_with('.') || part.ends_with(".lock");
         });
}

}  // namespace plumbline::manifests
