#include <fmt/format.h>

#include "base/text.h"
#include "simulator/edits.h"

/// The simulator's own switches, changed while it runs.
namespace plumbline::simulator {
namespace {

constexpr std::int64_t kLongestLatency = 600'000;

Result<std::chrono::milliseconds> milliseconds_of(std::string_view key, const Json& value) {
  boost::system::error_code error;
  const auto count = value.to_number<std::int64_t>(error);
  if (error || count < 0 || count > kLongestLatency) {
    return fail(fmt::format("`{}` is a number of milliseconds, at most 600000", key));
  }
  return std::chrono::milliseconds(count);
}

Result<void> set_rate_limit(Options& options, const Json& value) {
  if (value.is_null()) {
    options.rate_limit.reset();
    return {};
  }
  if (!value.is_string()) return fail("`rate_limit` is a text such as 1200/300s, or null");
  const auto limit = parse_rate_limit(view(value.get_string()));
  if (!limit) return std::unexpected(limit.error());
  options.rate_limit = *limit;
  return {};
}

Result<void> set_worker_limit(Options& options, const Json& value) {
  if (value.is_null()) {
    options.worker_limit.reset();
    return {};
  }
  boost::system::error_code error;
  const auto limit = value.to_number<std::size_t>(error);
  if (error) return fail("`worker_limit` is a number of Workers, or null");
  options.worker_limit = limit;
  return {};
}

Result<void> set_dns_records(Account& account, const Json& value) {
  std::vector<std::string> records;
  const auto* list = value.if_array();
  if (!list) return fail("`dns_records` is an array of hostnames");
  for (const auto& item : *list) {
    if (!item.is_string()) return fail("`dns_records` is an array of hostnames");
    records.push_back(to_lower(view(item.get_string())));
  }
  account.dns_records = std::move(records);
  return {};
}

/// A switch may be given as the command line's word, or as a JSON bool for yes and no.
Result<void> set_semantic_value(Semantics& semantics, std::string_view key, const Json& value) {
  if (value.is_bool()) return set_semantic(semantics, key, value.get_bool() ? "yes" : "no");
  if (!value.is_string()) return fail(fmt::format("`{}` is a text", printable(key)));
  return set_semantic(semantics, key, view(value.get_string()));
}

Result<void> apply(Options& options, Account& account, std::string_view key, const Json& value) {
  if (key == "latency_ms" || key == "jitter_ms") {
    const auto duration = milliseconds_of(key, value);
    if (!duration) return std::unexpected(duration.error());
    (key == "latency_ms" ? options.latency.mean : options.latency.jitter) = *duration;
    return {};
  }
  if (key == "rate_limit") return set_rate_limit(options, value);
  if (key == "worker_limit") return set_worker_limit(options, value);
  if (key == "dns_records") return set_dns_records(account, value);
  return set_semantic_value(options.semantics, key, value);
}

}  // namespace

Result<void> change_settings(World& world, const JsonObject& change) {
  auto options = world.options;  // all or nothing
  Account records;
  records.dns_records = world.account.dns_records;
  for (const auto& [key, value] : change) {
    if (auto done = apply(options, records, key, value); !done) return done;
  }
  options.latency.jitter = std::min(options.latency.jitter, options.latency.mean);
  world.options = std::move(options);
  world.account.dns_records = std::move(records.dns_records);
  world.forget_list_items();
  return {};
}

JsonObject settings_to_json(const World& world) {
  const auto& options = world.options;
  auto out = to_json(options.semantics);
  out["latency_ms"] = options.latency.mean.count();
  out["jitter_ms"] = options.latency.jitter.count();
  out["rate_limit"] = nullptr;
  if (options.rate_limit) {
    out["rate_limit"] = fmt::format("{}/{}ms", options.rate_limit->calls, options.rate_limit->window.count());
  }
  out["worker_limit"] = options.worker_limit ? Json(*options.worker_limit) : Json(nullptr);
  JsonArray records;
  for (const auto& record : world.account.dns_records) records.emplace_back(record);
  out["dns_records"] = std::move(records);
  return out;
}

}  // namespace plumbline::simulator
