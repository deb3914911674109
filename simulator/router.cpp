#include "simulator/router.h"

#include <algorithm>

#include "base/text.h"
#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& segments) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool placeholder = pattern[i].starts_with(':');
    if (placeholder ? segments[i].empty() : pattern[i] != segments[i]) return false;
  }
  return true;
}

}  // namespace

Router::Router() {
  for (const auto group : all_endpoints()) {
    for (const auto& endpoint : group) {
      Row row{endpoint, split(endpoint.pattern.substr(1), '/')};
      row.placeholders = static_cast<std::size_t>(
          std::ranges::count_if(row.segments, [](std::string_view s) { return s.starts_with(':'); }));
      const auto length = row.segments.size();
      if (by_length_.size() <= length) by_length_.resize(length + 1);
      by_length_[length].push_back(std::move(row));
    }
  }
  for (auto& rows : by_length_) std::ranges::sort(rows, {}, &Row::placeholders);
}

bool Router::knows(std::string_view path) const {
  if (!path.starts_with('/')) return false;
  const auto segments = split(path.substr(1), '/');
  return segments.size() < by_length_.size() &&
         std::ranges::any_of(
             by_length_[segments.size()], [&](const Row& row) { return matches(row.segments, segments); });
}

std::optional<Router::Match> Router::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return std::nullopt;
  const auto segments = split(path.substr(1), '/');
  if (segments.size() >= by_length_.size()) return std::nullopt;
  for (const auto& row : by_length_[segments.size()]) {
    if (row.endpoint.method != method || !matches(row.segments, segments)) continue;
    Match match{&row.endpoint, {}};
    match.params.reserve(row.placeholders);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (!row.segments[i].starts_with(':')) continue;
      auto decoded = net::percent_decode(segments[i]);
      if (!decoded) return std::nullopt;
      match.params.push_back(std::move(*decoded));
    }
    return match;
  }
  return std::nullopt;
}

}  // namespace plumbline::simulator
