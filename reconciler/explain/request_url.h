#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plumbline::reconciler {

enum class Scheme { http, https };

/// `http`, `https`
std::string_view to_string(Scheme scheme);
int default_port(Scheme scheme);

/// The URL of a request, as Cloudflare sees it where the zone normalizes incoming URLs, which is the default
/// (https://developers.cloudflare.com/rules/normalization/how-it-works/).
struct RequestUrl {
  Scheme scheme = Scheme::https;
  std::string host;  ///< in lower case, without a dot at its end
  int port = 443;
  std::string path = "/";       ///< begins with a slash; normalized
  std::string sent_path = "/";  ///< as a client sends it. Routes match it where the zone does not normalize
  std::string query;  ///< with its question mark; empty: there is none. May hold secrets, so it is never shown

  /// Without user, fragment and the query's content: `https://shop.example.com/cart?…`.
  [[nodiscard]] std::string shown() const;
};

/// Reads `https://shop.example.com/cart`, or the same without a scheme, which means https. An error never echoes user,
/// password or query.
Result<RequestUrl> parse_request_url(std::string_view text);

/// Whether somebody who asks about a Worker or a URL means a URL: it has a slash, or a dot that does not belong to
/// `worker.`.
bool is_like_url(std::string_view text);

/// A path as Cloudflare normalizes it: unreserved characters are decoded, others outside of ASCII encoded, `\` and
/// repeated slashes become one slash, dot segments go.
std::string normalized_path(std::string_view path);

/// A path as a client sends it: bytes beyond ASCII are encoded.
std::string sent_form(std::string_view path);

}  // namespace plumbline::reconciler
