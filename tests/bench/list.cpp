#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "api/envelope.h"
#include "tests/bench/measure.h"

// The answer of GET …/workers/scripts with 10,000 Workers, about 12 MB, from bytes to values.
namespace plumbline::bench {
namespace {

constexpr int kWorkers = 10'000;
constexpr int kRounds = 15;

// One Worker as the API's page shows it (https://developers.cloudflare.com/api/resources/workers/).
std::string worker(int number) {
  return fmt::format(
      R"({{"id":"my-workers-script-{0}","tag":"{0:032x}","etag":"{0:064x}","created_on":"2017-01-01T00:00:00.{0:06}Z",)"
      R"("modified_on":"2026-01-01T00:00:00.{0:06}Z","usage_model":"standard","handlers":["fetch","scheduled"],)"
      R"("named_handlers":[{{"name":"MyDurableObject","handlers":["class"]}},{{"name":"Entry","handlers":["rpc"]}}],)"
      R"("last_deployed_from":"wrangler","deployment_id":"","has_assets":false,"has_modules":true,"logpush":false,)"
      R"("compatibility_date":"2026-01-01","compatibility_flags":["nodejs_compat"],"migration_tag":"v1","routes":null,)"
      R"("tags":["plumbline=edge/production","my-team"],"placement_mode":"smart","placement_status":"SUCCESS",)"
      R"("placement":{{"mode":"smart","last_analyzed_at":"2025-01-01T00:00:00Z","status":"SUCCESS"}},)"
      R"("tail_consumers":[{{"service":"my-log-consumer","environment":"production"}}],"observability":)"
      R"({{"enabled":true,"head_sampling_rate":1,"redact_query_string":false,"logs":{{"enabled":true,)"
      R"("head_sampling_rate":1,"invocation_logs":true,"persist":true,"destinations":["cloudflare"]}},)"
      R"("traces":{{"enabled":false,"head_sampling_rate":1,"persist":true,"destinations":["cloudflare"]}}}}}})",
      number);
}

std::string body() {
  std::string out = R"({"success":true,"errors":[],"messages":[],"result":[)";
  for (int i = 0; i < kWorkers; ++i) out += (i == 0 ? "" : ",") + worker(i);
  return out + "]}";
}

int measure() {
  const std::string text = body();
  double best = 1e9;
  std::size_t count = 0;
  for (int round = 0; round < kRounds; ++round) {
    net::HttpResponse response{200, {{"Content-Type", "application/json"}}, text};
    const Stopwatch watch;
    const auto answer =
        api::read_answer(*api::find_operation("list_scripts"), std::move(response), std::chrono::system_clock::now());
    best = std::min(best, watch.wall());
    count = answer ? answer->result.get_array().size() : 0;
  }
  fmt::print("{} Workers, {:.1f} MB: {:.1f} ms at best of {}, peak memory {:.0f} MB\n", count,
             static_cast<double>(text.size()) / 1e6, best * 1e3, kRounds, peak_megabytes());
  return count == kWorkers ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace plumbline::bench

int main() {
  return plumbline::bench::measure();
}
