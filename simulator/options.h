#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace plumbline::simulator {

/// A zone of the account: `example.com` and its 32 hex digits.
struct ZoneSpec {
  std::string name;
  std::string id;
};

/// How long every answer is delayed: evenly distributed in [mean - jitter, mean + jitter].
struct Latency {
  std::chrono::milliseconds mean{0};
  std::chrono::milliseconds jitter{0};
};

/// At most `calls` in any `window`. One call more blocks all calls for another window, as the real API does with 1200
/// calls and five minutes (developers.cloudflare.com, fundamentals/api/reference/limits).
struct RateLimit {
  std::size_t calls = 1200;
  std::chrono::milliseconds window{300'000};
};

/// The result of a deletion of a Worker: its name, its etag (the page of 2018), null (recorded answers), or no body at
/// all (the page of today).
enum class DeleteAnswer { id, etag, null, empty };

/// Switches for behaviour of the service that nobody outside knows, or about which sources contradict each other. The
/// member's initial value is the first of the two on the command line.
struct Semantics {
  bool honour_if_none_match = false;  ///< PUT with If-None-Match: ignored, or answered with 412
  bool put_keeps_secrets = true;      ///< PUT without keep_bindings: secrets stay, or are removed
  bool secret_bumps = true;           ///< a changed secret moves modified_on
  bool script_settings_bumps = true;  ///< PATCH script-settings moves modified_on
  bool subdomain_bumps = false;       ///< a changed subdomain moves modified_on
  bool list_etag_deployed = false;    ///< the list's etag is of the deployed version, not the latest
  bool settings_deployed = false;     ///< GET settings shows the deployed version, not the latest
  bool settings_annotations = true;   ///< GET settings shows the version's annotations
  bool tags_exact = true;             ///< ?tags= compares whole tags, or beginnings
  bool beta_workers = true;           ///< the account has /workers/workers
  DeleteAnswer delete_answer = DeleteAnswer::id;
  bool domain_overrides = true;  ///< PUT domains accepts members that the newest schema does not have, or refuses them
  bool list_routes_filled = false;        ///< the list's `routes` is null, or holds the Worker's routes
  bool names_today = true;                ///< names as wrangler allows them, or as the page of 2018 does
  bool errors_today = true;               ///< errors as they are seen today, or as the page of 2018 has them
  bool exports_omitted_refused = true;    ///< a class that `exports` leaves out: 100402, or the class ends
  bool legacy_tokens = false;             ///< filters of a zone take a global key alone, or API tokens as well
  std::chrono::milliseconds read_lag{0};  ///< reads show Workers as they were this long ago
};

struct Options {
  std::string listen = "127.0.0.1:8787";
  std::string account_id = "023e105f4ecef8ad9ca31a8372d0c353";
  std::vector<ZoneSpec> zones;  ///< empty: example.com
  std::string token;            ///< the only token that is accepted; empty: any that is not empty
  Latency latency;
  std::optional<RateLimit> rate_limit;
  std::optional<std::size_t> worker_limit;  ///< how many Workers the account may have
  Semantics semantics;
  std::string faults_file;  ///< JSON array of faults that apply from the start
  std::string state_file;   ///< the account is loaded from it at the start, and saved to it
};

/// Reads `example.com=<id>`, or a name alone; then the id is computed from the name. An id is 32 lower-case hex digits.
Result<ZoneSpec> parse_zone(std::string_view text);

/// Whether the text is 32 lower-case hex digits, as the API's ids of accounts and zones.
bool is_identifier(std::string_view text);

/// Reads `50ms`, `50ms±20ms` or `50ms+-20ms`.
Result<Latency> parse_latency(std::string_view text);

/// Reads `1200/300s`.
Result<RateLimit> parse_rate_limit(std::string_view text);

/// Sets one switch of Semantics by its name on the command line. The error lists the switches, or the switch's values.
Result<void> set_semantic(Semantics& semantics, std::string_view key, std::string_view value);

/// The same, from `KEY=VALUE`.
Result<void> set_semantic(Semantics& semantics, std::string_view assignment);

/// All switches, under their names on the command line.
JsonObject to_json(const Semantics& semantics);

}  // namespace plumbline::simulator
