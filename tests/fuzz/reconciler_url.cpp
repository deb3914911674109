#include <optional>
#include <string>

#include "reconciler/explain/request_url.h"
#include "reconciler/explain/route_pattern.h"
#include "tests/fuzz/fuzz.h"

// The URL of a request, in the first line, and two patterns of routes, in the second and the third.
namespace plumbline::fuzz {
namespace {

using reconciler::Mismatch;
using reconciler::RequestUrl;
using reconciler::RoutePattern;

void check_url(const RequestUrl& url) {
  require(url.path.starts_with('/') && !url.path.contains("//"), "a path begins with the one slash");
  // A percent sign that encodes nothing may do so beside what was decoded behind it.
  const bool plain = !url.path.contains('%');
  require(!plain || reconciler::normalized_path(url.path) == url.path, "what is normalized stays so");
  const auto shown = url.shown();
  require(url.query.empty() || shown.ends_with("?…"), "no query is shown");
  const auto again = reconciler::parse_request_url(shown);
  require(again && again->host == url.host && again->port == url.port && (!plain || again->path == url.path),
          "what is shown is a URL of the same place");
}

bool matches(const std::optional<RoutePattern>& pattern, const RequestUrl& url) {
  return pattern && reconciler::mismatch(*pattern, url) == Mismatch::nothing;
}

}  // namespace

void run(std::string_view input) {
  const auto url = reconciler::parse_request_url(take_line(input));
  const auto first = reconciler::parse_route_pattern(take_line(input));
  const auto second = reconciler::parse_route_pattern(take_line(input));
  if (!url) return require(!url.error().message.empty(), "who refuses says why");
  check_url(*url);
  if (first) reconciler::hangs_on_normalization(*first, *url);
  if (!matches(first, *url) || !matches(second, *url)) return;
  const auto there = reconciler::precedence(*first, *second);
  const auto back = reconciler::precedence(*second, *first);
  require(!there.why.empty() && there.certainty == back.certainty, "both sides tell the same");
  require(there.first_wins != back.first_wins || there.why == "both say the same", "one of two comes first");
}

}  // namespace plumbline::fuzz
