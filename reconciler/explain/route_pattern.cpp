#include "reconciler/explain/route_pattern.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "manifests/documents/hosts.h"

namespace plumbline::reconciler {
namespace {

// How many segments a path pins down. That a last segment of `*` alone takes away two is what makes `images*` come
// before `images/*`, which Cloudflare documents as a known issue.
int segments_of(const RoutePattern& pattern) {
  const auto slashes = static_cast<int>(std::ranges::count(pattern.path, '/'));
  const bool only_star = pattern.any_path_after && pattern.path.ends_with('/');
  return slashes + (only_star ? -1 : 1);
}

// Two patterns that match the same URL differ in how much of it they name, and so can be ordered by that.
auto host_rank(const RoutePattern& pattern) {
  return std::tuple(!pattern.any_host_before, pattern.host.size());
}
auto path_width(const RoutePattern& pattern) {
  return std::tuple(!pattern.any_path_after, pattern.path.size());
}
auto path_rank(const RoutePattern& pattern) {
  return std::tuple(segments_of(pattern), path_width(pattern));
}

bool is_within(const RoutePattern& narrow, const RoutePattern& wide) {
  return host_rank(narrow) >= host_rank(wide) && path_width(narrow) >= path_width(wide) &&
         (narrow.scheme || !wide.scheme);
}

std::string why_host(const RoutePattern& winner) {
  return winner.any_host_before ? "its host is the more specific"
                                : "it names the host itself, which counts before a wildcard";
}

Precedence by_path(const RoutePattern& first, const RoutePattern& second, Precedence out) {
  out.first_wins = path_rank(first) > path_rank(second);
  const auto& winner = out.first_wins ? first : second;
  const auto& loser = out.first_wins ? second : first;
  if (path_width(winner) < path_width(loser)) {
    out.certainty = Precedence::Certainty::known_issue;
    out.why = "a pattern that ends with /* counts less than one that ends with * alone";
  } else {
    out.why = winner.any_path_after ? "its path is the longer" : "it names the whole path";
  }
  return out;
}

// `*.example.com/a` and `a.example.com/*`: the host decides, as the known issues tell.
bool is_known_issue_of_hosts(const RoutePattern& winner, const RoutePattern& loser) {
  return !winner.any_host_before && loser.any_host_before && loser.host.starts_with('.');
}

bool matches_path(const RoutePattern& pattern, std::string_view pattern_path, std::string_view sent) {
  return pattern.any_path_after ? sent.starts_with(pattern_path) : sent == pattern_path;
}

// A zone normalizes URLs, and not its patterns.
Mismatch mismatch_of_path(const RoutePattern& pattern, std::string_view path, std::string_view query) {
  const auto sent = std::string(path).append(query);
  if (matches_path(pattern, pattern.path, sent)) return Mismatch::nothing;
  if (matches_path(pattern, pattern.path, path)) return Mismatch::query;
  if (matches_path(pattern, to_lower(pattern.path), to_lower(sent))) return Mismatch::case_of_path;
  return Mismatch::path;
}

bool matches_host(const RoutePattern& pattern, std::string_view host) {
  return pattern.any_host_before ? host.ends_with(pattern.host) : host == pattern.host;
}

}  // namespace

std::optional<RoutePattern> parse_route_pattern(std::string_view pattern) {
  if (manifests::route_pattern_problem(pattern)) return std::nullopt;
  RoutePattern out;
  auto host = manifests::host_of_pattern(pattern);
  if (pattern.starts_with("https://")) out.scheme = Scheme::https;
  if (pattern.starts_with("http://")) out.scheme = Scheme::http;
  const auto before = static_cast<std::size_t>(host.data() - pattern.data());
  auto path = pattern.substr(before + host.size());
  // A star right behind the host begins with the slash of every path.
  if (path.empty()) path = host.ends_with('*') ? "/*" : "/";
  out.any_host_before = host.starts_with('*');
  if (out.any_host_before) host.remove_prefix(1);
  if (host.ends_with('*')) host.remove_suffix(1);
  out.host = to_lower(host);
  if (out.host.ends_with('.') && out.host.size() > 1) out.host.pop_back();
  out.any_path_after = path.ends_with('*');
  if (out.any_path_after) path.remove_suffix(1);
  out.path = sent_form(path);
  return out;
}

Mismatch mismatch(const RoutePattern& pattern, const RequestUrl& url) {
  if (!matches_host(pattern, url.host)) return Mismatch::host;
  const auto path = mismatch_of_path(pattern, url.path, url.query);
  if (path != Mismatch::nothing) return path;
  return pattern.scheme && *pattern.scheme != url.scheme ? Mismatch::scheme : Mismatch::nothing;
}

bool hangs_on_normalization(const RoutePattern& pattern, const RequestUrl& url) {
  if (!matches_host(pattern, url.host) || (pattern.scheme && *pattern.scheme != url.scheme)) return false;
  const auto matches = [&](const std::string& path) {
    return mismatch_of_path(pattern, path, url.query) == Mismatch::nothing;
  };
  return matches(url.path) != matches(url.sent_path);
}

Precedence precedence(const RoutePattern& first, const RoutePattern& second) {
  using Certainty = Precedence::Certainty;
  Precedence out;
  if (host_rank(first) != host_rank(second)) {
    out.first_wins = host_rank(first) > host_rank(second);
    out.why = why_host(out.first_wins ? first : second);
  } else if (path_rank(first) != path_rank(second)) {
    out = by_path(first, second, out);
  } else {
    out.first_wins = first.scheme.has_value() || !second.scheme;
    out.why = "it names the scheme";
    // Two that are the same but for the case of their hosts: old routes, whose hosts matched with case.
    if (first.scheme == second.scheme) return {true, Certainty::undocumented, "both say the same"};
  }
  if (out.certainty == Certainty::known_issue) return out;
  const auto& winner = out.first_wins ? first : second;
  const auto& loser = out.first_wins ? second : first;
  if (is_within(winner, loser)) return out;
  out.certainty = is_known_issue_of_hosts(winner, loser) ? Certainty::known_issue : Certainty::undocumented;
  return out;
}

}  // namespace plumbline::reconciler
