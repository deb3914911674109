#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reconciler/explain/request_url.h"

/// The matching of routes as Cloudflare describes it
/// (https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior, and "Route specificity"
/// of https://developers.cloudflare.com/workers/platform/known-issues/).
namespace plumbline::reconciler {

/// `https://*.example.com/images/*`, taken apart. A `*` stands for any characters, none included.
struct RoutePattern {
  std::optional<Scheme> scheme{};  ///< nothing: both
  bool any_host_before = false;    ///< the host begins with `*`
  std::string host{};              ///< without that star; in lower case, because hosts match without case
  std::string path = "/";          ///< without the star at its end
  bool any_path_after = false;     ///< the path ends with `*`
};

/// Nothing where it is no pattern of a route (see manifests/documents/hosts.h).
std::optional<RoutePattern> parse_route_pattern(std::string_view pattern);

/// Why a pattern does not match a URL; `nothing`: it matches.
enum class Mismatch { nothing, host, scheme, path, case_of_path, query };

/// The query counts as the end of the path, so that an exact path does not match where there is one.
Mismatch mismatch(const RoutePattern& pattern, const RequestUrl& url);

/// Whether it would be otherwise in a zone that does not normalize the URLs of requests.
bool hangs_on_normalization(const RoutePattern& pattern, const RequestUrl& url);

/// Which of two patterns that match the same URL comes first.
struct Precedence {
  enum class Certainty {
    documented,    ///< the first is the more specific in every respect
    known_issue,   ///< Cloudflare documents the case as not what one expects
    undocumented,  ///< neither is within the other
  };
  bool first_wins = true;
  Certainty certainty = Certainty::documented;
  std::string why{};  ///< of the one that wins: `its path is longer`
};
Precedence precedence(const RoutePattern& first, const RoutePattern& second);

}  // namespace plumbline::reconciler
