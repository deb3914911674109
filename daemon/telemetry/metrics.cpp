#include "daemon/telemetry/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "base/version.h"
#include "daemon/telemetry/metric_families.h"
#include "daemon/telemetry/pass_metrics.h"

namespace plumbline::daemon {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries& call_buckets() {
  static const Histogram::BucketBoundaries buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return buckets;
}

class FetchSeries final : public FetchMetrics {
 public:
  FetchSeries(MetricFamilies& all, const std::string& source)
      : succeeded_(all.git_requests.Add({{"source", source}, {"result", "success"}})),
        failed_(all.git_requests.Add({{"source", source}, {"result", "error"}})),
        unverified_(all.git_requests.Add({{"source", source}, {"result", "unverified"}})),
        last_fetch_(all.git_last_fetch.Add({{"source", source}})),
        duration_(all.git_duration.Add({{"source", source}}, reconcile_buckets())) {}

  void fetched(std::chrono::nanoseconds duration, TimePoint at) override {
    succeeded_.Increment();
    duration_.Observe(seconds(duration));
    last_fetch_.Set(unix_time(at));
  }
  void fetch_failed(FetchFailure why, std::chrono::nanoseconds duration) override {
    (why == FetchFailure::verification ? unverified_ : failed_).Increment();
    duration_.Observe(seconds(duration));
  }

 private:
  Counter& succeeded_;
  Counter& failed_;
  Counter& unverified_;
  Gauge& last_fetch_;
  Histogram& duration_;
};

class ApiProbe final : public api::Probe {
 public:
  ApiProbe(MetricFamilies& all, std::string account, const std::string& budget)
      : all_(all),
        account_(std::move(account)),
        budget_{{"budget", budget}},
        throttled_(all.api_throttled.Add(budget_)) {}

  void answered(const api::Operation& operation, int code, std::chrono::nanoseconds duration) override {
    const std::string endpoint(operation.path);
    all_.api_requests
        .Add({{"account", account_},
              {"endpoint", endpoint},
              {"method", std::string(operation.method)},
              {"code", std::to_string(code)}})
        .Increment();
    all_.api_duration.Add({{"endpoint", endpoint}}, call_buckets()).Observe(seconds(duration));
  }
  void retried(const api::Operation& /*operation*/, std::string_view reason,
               std::chrono::milliseconds /*after*/) override {
    all_.api_retries.Add({{"reason", std::string(reason)}}).Increment();
  }
  void gave_up(const api::Operation& /*operation*/, int /*attempts*/, const api::Error& /*error*/) override {}
  void blocked(std::chrono::milliseconds /*held*/, std::chrono::milliseconds /*told*/) override {}
  void throttled(std::chrono::nanoseconds duration) override { throttled_.Increment(seconds(duration)); }
  void budget(std::size_t remaining, std::size_t limit) override {
    // Only where a limit applies: 0 calls left of 0 would look like a budget that is used up.
    if (limit == 0) return;
    all_.api_remaining.Add(budget_).Set(static_cast<double>(remaining));
    all_.api_limit.Add(budget_).Set(static_cast<double>(limit));
  }

 private:
  MetricFamilies& all_;
  std::string account_;
  prometheus::Labels budget_;
  Counter& throttled_;
};

// A family with one sample, whose value is counted elsewhere.
prometheus::MetricFamily family_of(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {.name = name, .help = help, .type = type, .metric = {metric}};
}

// The names that all Prometheus client libraries use; they have no prefix.
std::vector<prometheus::MetricFamily> process_families() {
  using prometheus::MetricType;
  const auto stats = read_process_stats();
  return {
      family_of("process_cpu_seconds_total", "User and system time.", MetricType::Counter, stats.cpu_seconds),
      family_of("process_start_time_seconds", "Unix time at which the process was started.", MetricType::Gauge,
                stats.start_time_seconds),
      family_of("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
                static_cast<double>(stats.resident_bytes)),
      family_of("process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge,
                static_cast<double>(stats.virtual_bytes)),
      family_of("process_open_fds", "Open file descriptors.", MetricType::Gauge,
                static_cast<double>(stats.open_descriptors)),
      family_of("process_max_fds", "How many may be open.", MetricType::Gauge,
                static_cast<double>(stats.max_descriptors)),
  };
}

}  // namespace

Metrics::Metrics() : families_(std::make_unique<MetricFamilies>()) {
  families_->build_info.Add({{"version", std::string(version())}, {"compiler", __VERSION__}}).Set(1);
  // There is no election yet: every running process acts.
  families_->leader.Set(1);
  // What was read at the start counts.
  reloaded(true, std::chrono::system_clock::now());
}

Metrics::~Metrics() = default;

std::unique_ptr<api::Probe> Metrics::api_probe(const std::string& account, const std::string& budget) {
  return std::make_unique<ApiProbe>(*families_, account, budget);
}

std::unique_ptr<PassMetrics> Metrics::pass_metrics(const std::string& source, const std::string& account) {
  return make_pass_metrics(*families_, source, account);
}

std::unique_ptr<FetchMetrics> Metrics::fetch_metrics(const std::string& source) {
  return std::make_unique<FetchSeries>(*families_, source);
}

void Metrics::journal_bytes(std::uint64_t bytes) {
  families_->journal_bytes.Set(static_cast<double>(bytes));
}

void Metrics::audit_oldest(const std::string& account, std::chrono::seconds age) {
  families_->audit_oldest.Add({{"account", account}}).Set(static_cast<double>(age.count()));
}

void Metrics::reloaded(bool succeeded, TimePoint at) {
  families_->reload_succeeded.Set(succeeded ? 1 : 0);
  if (succeeded) families_->reload_time.Set(unix_time(at));
}

void Metrics::forget_source(const std::string& source) {
  families_->worker_info.erase(source);
  families_->forget("source", source);
}

void Metrics::token_expiry(const std::string& account, TimePoint at) {
  families_->token_expiry.Add({{"account", account}}).Set(unix_time(at));
}

std::string Metrics::exposition() const {
  auto families = families_->all.Collect();
  families.push_back(family_of("plumbline_log_lines_dropped_total",
                               "Lines of the log that could not be written or waited too long for it.",
                               prometheus::MetricType::Counter, static_cast<double>(log_lines_dropped_)));
  for (auto& family : process_families()) families.push_back(std::move(family));
  auto text = prometheus::TextSerializer().Serialize(families);
  text +=
      "# HELP plumbline_worker_info Always 1; sync and health of each managed Worker and ZoneWorker.\n"
      "# TYPE plumbline_worker_info gauge\n";
  for (const auto& [source, lines] : families_->worker_info) text += lines;
  return text;
}

}  // namespace plumbline::daemon
