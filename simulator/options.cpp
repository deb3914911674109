#include "simulator/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::simulator {
namespace {

/// A switch with two positions; `first` is the default.
struct Switch {
  std::string_view key;
  std::string_view first;
  std::string_view second;
  bool Semantics::* member;
  bool value_of_first;
};

constexpr std::array<Switch, 16> kSwitches{{
    {"if_none_match", "ignore", "honour", &Semantics::honour_if_none_match, false},
    {"put_secrets", "keep", "replace", &Semantics::put_keeps_secrets, true},
    {"secret_bumps", "yes", "no", &Semantics::secret_bumps, true},
    {"script_settings_bumps", "yes", "no", &Semantics::script_settings_bumps, true},
    {"subdomain_bumps", "no", "yes", &Semantics::subdomain_bumps, false},
    {"list_etag", "latest", "deployed", &Semantics::list_etag_deployed, false},
    {"settings_version", "latest", "deployed", &Semantics::settings_deployed, false},
    {"settings_annotations", "yes", "no", &Semantics::settings_annotations, true},
    {"tags_filter", "exact", "loose", &Semantics::tags_exact, true},
    {"beta_workers", "yes", "no", &Semantics::beta_workers, true},
    {"domain_overrides", "accept", "refuse", &Semantics::domain_overrides, true},
    {"list_routes", "null", "filled", &Semantics::list_routes_filled, false},
    {"names", "today", "2018", &Semantics::names_today, true},
    {"errors", "today", "2018", &Semantics::errors_today, true},
    {"exports_omitted", "refuse", "delete", &Semantics::exports_omitted_refused, true},
    {"legacy_tokens", "no", "yes", &Semantics::legacy_tokens, false},
}};

constexpr std::string_view kReadLag = "read_lag";
constexpr std::string_view kDeleteAnswer = "delete_answer";

constexpr std::array<std::pair<std::string_view, DeleteAnswer>, 4> kDeleteAnswers{{{"id", DeleteAnswer::id},
                                                                                   {"etag", DeleteAnswer::etag},
                                                                                   {"null", DeleteAnswer::null},
                                                                                   {"empty", DeleteAnswer::empty}}};

std::string known_keys() {
  std::string out;
  for (const auto& row : kSwitches) out += fmt::format("{}=…, ", row.key);
  return fmt::format("{}{}=…, {}=DURATION", out, kDeleteAnswer, kReadLag);
}

Result<void> set_read_lag(Semantics& semantics, std::string_view value) {
  const auto lag = parse_duration(value);
  if (!lag) return fail("read_lag: " + lag.error().message);
  semantics.read_lag = *lag;
  return {};
}

Result<void> set_delete_answer(Semantics& semantics, std::string_view value) {
  const auto* found = std::ranges::find(kDeleteAnswers, value, [](const auto& row) { return row.first; });
  if (found == kDeleteAnswers.end()) {
    return fail(fmt::format("delete_answer is id, etag, null or empty, not \"{}\"", printable(value)));
  }
  semantics.delete_answer = found->second;
  return {};
}

}  // namespace

bool is_identifier(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<ZoneSpec> parse_zone(std::string_view text) {
  const auto equals = text.find('=');
  const auto name = to_lower(text.substr(0, equals));
  if (name.find('.') == std::string::npos || name.starts_with('.') || name.ends_with('.')) {
    return fail(fmt::format("zone \"{}\": the name of a zone looks like example.com", printable(name)));
  }
  if (equals == std::string_view::npos) return ZoneSpec{name, truncated(sha256_hex(name))};
  const auto id = text.substr(equals + 1);
  if (!is_identifier(id)) {
    return fail(fmt::format("zone {}: an id is 32 lower-case hex digits", printable(name)));
  }
  return ZoneSpec{name, std::string(id)};
}

Result<Latency> parse_latency(std::string_view text) {
  Latency latency;
  std::size_t sign_length = 2;  // "±" is two bytes in UTF-8, "+-" as well
  auto sign = text.find("±");
  if (sign == std::string_view::npos) sign = text.find("+-");
  const auto mean = parse_duration(text.substr(0, sign));
  if (!mean) return fail("latency: " + mean.error().message);
  latency.mean = *mean;
  if (sign != std::string_view::npos) {
    const auto jitter = parse_duration(text.substr(sign + sign_length));
    if (!jitter) return fail("latency: " + jitter.error().message);
    latency.jitter = std::min(*jitter, *mean);
  }
  return latency;
}

Result<RateLimit> parse_rate_limit(std::string_view text) {
  constexpr std::size_t kMostCalls = 1'000'000;
  const auto slash = text.find('/');
  RateLimit limit;
  const std::string calls(text.substr(0, slash));
  const auto* end = calls.data() + calls.size();
  const auto [stop, error] = std::from_chars(calls.data(), end, limit.calls);
  const bool is_number = error == std::errc{} && stop == end;
  if (slash == std::string_view::npos || !is_number || limit.calls == 0 || limit.calls > kMostCalls) {
    return fail("a rate limit is calls per duration, such as 1200/300s, at most 1000000 calls");
  }
  const auto window = parse_duration(text.substr(slash + 1));
  if (!window) return fail("rate limit: " + window.error().message);
  if (window->count() == 0) return fail("rate limit: the duration must not be 0");
  limit.window = *window;
  return limit;
}

Result<void> set_semantic(Semantics& semantics, std::string_view key, std::string_view value) {
  if (key == kReadLag) return set_read_lag(semantics, value);
  if (key == kDeleteAnswer) return set_delete_answer(semantics, value);
  const auto* found = std::ranges::find(kSwitches, key, &Switch::key);
  if (found == kSwitches.end()) {
    return fail(fmt::format("unknown semantics \"{}\"; there is {}", printable(key), known_keys()));
  }
  if (value != found->first && value != found->second) {
    return fail(fmt::format("{} is {} or {}, not \"{}\"", key, found->first, found->second, printable(value)));
  }
  semantics.*(found->member) = (value == found->first) == found->value_of_first;
  return {};
}

Result<void> set_semantic(Semantics& semantics, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return fail(fmt::format("semantics are KEY=VALUE: {}", known_keys()));
  }
  return set_semantic(semantics, assignment.substr(0, equals), assignment.substr(equals + 1));
}

JsonObject to_json(const Semantics& semantics) {
  JsonObject out;
  for (const auto& row : kSwitches) {
    const bool is_first = semantics.*(row.member) == row.value_of_first;
    out[row.key] = is_first ? row.first : row.second;
  }
  const auto* deleted =
      std::ranges::find(kDeleteAnswers, semantics.delete_answer, [](const auto& row) { return row.second; });
  out[kDeleteAnswer] = deleted->first;
  out[kReadLag] = fmt::format("{}ms", semantics.read_lag.count());
  return out;
}

}  // namespace plumbline::simulator
