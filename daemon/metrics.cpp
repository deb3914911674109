#include "daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace plumbline::daemon {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = prometheus::Labels;

// 10 ms to 30 min, as Flux's gotk_reconcile_duration_seconds.
const Histogram::BucketBoundaries& reconcile_buckets() {
  static const Histogram::BucketBoundaries buckets{0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800};
  return buckets;
}

const Histogram::BucketBoundaries& call_buckets() {
  static const Histogram::BucketBoundaries buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return buckets;
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

double unix_time(TimePoint at) {
  return seconds(at.time_since_epoch());
}

// What a plan may be blocked by: reasons of our own, of drift that is only reported, and of Flux.
constexpr std::array kBlockReasons{"ThresholdExceeded", "EmptyDesiredState", "OwnershipConflict", "OwnershipLost",
                                   "ManifestVanished",  "ForeignRollout",    "RolledBack",        "DataLoss",
                                   "PlanChanged",       "SecretMissing",     "BudgetExhausted",   "Flapping",
                                   "PerpetualDiff",     "UnsupportedTrigger"};

constexpr std::array kActions{reconciler::Action::no_op, reconciler::Action::create, reconciler::Action::update,
                              reconciler::Action::remove, reconciler::Action::forget};

std::string action_name(reconciler::Action action) {
  switch (action) {
    case reconciler::Action::no_op:
      return "no-op";
    case reconciler::Action::create:
      return "create";
    case reconciler::Action::update:
      return "update";
    case reconciler::Action::remove:
      return "delete";
    case reconciler::Action::forget:
      return "forget";
  }
  return "no-op";
}

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Family<Histogram>& histograms(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

// The serializer does not escape help texts: no line breaks and no backslashes in them.
struct MetricFamilies {
  prometheus::Registry all;

  Family<Gauge>& build_info = gauges(all, "plumbline_build_info", "Always 1; the labels tell what is running.");
  Family<Gauge>& source_info = gauges(all, "plumbline_source_info", "Always 1; the revision that a source is at.");
  Family<Gauge>& worker_info =
      gauges(all, "plumbline_worker_info", "Always 1; sync and health of each managed Worker.");
  Family<Gauge>& workers = gauges(all, "plumbline_workers", "Workers of a source by sync status.");
  Family<Gauge>& condition =
      gauges(all, "plumbline_condition", "1 for the status that a condition of a source has, else 0.");
  Family<Gauge>& suspended = gauges(all, "plumbline_suspended", "1 if the source is suspended by the configuration.");
  Family<Counter>& reconcile_total = counters(all, "plumbline_reconcile_total", "Passes over a source by result.");
  Family<Histogram>& reconcile_duration =
      histograms(all, "plumbline_reconcile_duration_seconds", "How long passes over a source took.");
  Family<Histogram>& phase_duration =
      histograms(all, "plumbline_reconcile_phase_duration_seconds",
                 "How long the phases of passes took; observe includes the comparison.");
  Family<Gauge>& last_success = gauges(all, "plumbline_last_successful_reconcile_timestamp_seconds",
                                       "Unix time of the last pass that left nothing to do; 0 if none yet.");
  Family<Gauge>& last_attempt =
      gauges(all, "plumbline_last_attempted_reconcile_timestamp_seconds", "Unix time of the last pass; 0 if none yet.");
  Family<Gauge>& consecutive_failures =
      gauges(all, "plumbline_consecutive_failures", "Passes that failed since the last that did not.");
  Family<Counter>& drift_detected =
      counters(all, "plumbline_drift_detected_total", "Times that a Worker was found changed behind Plumbline's back.");
  Family<Gauge>& drifted_workers =
      gauges(all, "plumbline_drifted_workers", "Workers that the last pass found changed and left so.");
  Family<Gauge>& plan_changes = gauges(all, "plumbline_plan_changes", "Workers of the last plan by action.");
  Family<Counter>& plan_blocked =
      counters(all, "plumbline_plan_blocked_total", "Changes that a plan held back, by reason.");
  Family<Gauge>& git_last_fetch =
      gauges(all, "plumbline_git_last_fetch_timestamp_seconds", "Unix time of the last fetch that succeeded.");
  Family<Counter>& git_requests = counters(all, "plumbline_git_requests_total", "Fetches of a source by result.");
  Family<Histogram>& git_duration = histograms(all, "plumbline_git_request_duration_seconds", "How long fetches took.");
  Family<Counter>& api_requests =
      counters(all, "plumbline_api_requests_total", "Calls of the Workers API; code 0 without an answer.");
  Family<Histogram>& api_duration =
      histograms(all, "plumbline_api_request_duration_seconds", "How long calls of the Workers API took.");
  Family<Counter>& api_retries =
      counters(all, "plumbline_api_retries_total", "Calls of the Workers API that were sent again.");
  Family<Counter>& api_throttled =
      counters(all, "plumbline_api_throttled_seconds_total", "How long calls waited for their turn in the budget.");
  Family<Gauge>& api_remaining =
      gauges(all, "plumbline_api_budget_remaining", "Calls left of the share in the window.");
  Family<Gauge>& api_limit = gauges(all, "plumbline_api_budget_limit", "Calls that the share allows in the window.");
  Family<Gauge>& token_expiry = gauges(all, "plumbline_token_expiry_timestamp_seconds",
                                       "Unix time at which the API token expires; absent if it does not.");
  Gauge& leader = gauges(all, "plumbline_leader", "1 if this process is the one that acts.").Add({});
  Gauge& journal_bytes = gauges(all, "plumbline_journal_bytes", "Size of the journal on the disk.").Add({});
};

namespace {

class SourceMetrics final : public ReconcileMetrics {
 public:
  SourceMetrics(MetricFamilies& all, std::string source, std::string account);

  void attempted(TimePoint at) override { last_attempt_.Set(unix_time(at)); }
  void finished(PassResult result, std::chrono::nanoseconds duration, TimePoint at) override;
  void phase(Phase phase, std::chrono::nanoseconds duration) override { phases_.at(phase)->Observe(seconds(duration)); }
  void consecutive_failures(std::size_t count) override { failures_.Set(static_cast<double>(count)); }
  void drift_detected(std::size_t count) override { drift_detected_.Increment(static_cast<double>(count)); }
  void drifted_workers(std::size_t count) override { drifted_.Set(static_cast<double>(count)); }
  void planned(const reconciler::Plan& plan) override;
  void condition(std::string_view type, Truth truth) override;
  void suspended(bool suspended) override { suspended_.Set(suspended ? 1 : 0); }
  void revision(const std::string& revision) override;
  void workers(const std::vector<WorkerStatus>& workers) override;

 private:
  void start_at_zero();
  [[nodiscard]] Labels with(const std::string& label, std::string_view value) const;

  MetricFamilies& all_;
  Labels labels_;
  std::string account_;
  Gauge& last_attempt_;
  Gauge& last_success_;
  Gauge& failures_;
  Gauge& drifted_;
  Gauge& suspended_;
  Counter& drift_detected_;
  Histogram& duration_;
  std::map<Phase, Histogram*> phases_;
  Gauge* revision_ = nullptr;
  std::map<std::string, std::pair<WorkerStatus, Gauge*>> workers_;
};

SourceMetrics::SourceMetrics(MetricFamilies& all, std::string source, std::string account)
    : all_(all),
      labels_{{"source", std::move(source)}},
      account_(std::move(account)),
      last_attempt_(all.last_attempt.Add(labels_)),
      last_success_(all.last_success.Add(labels_)),
      failures_(all.consecutive_failures.Add(labels_)),
      drifted_(all.drifted_workers.Add(labels_)),
      suspended_(all.suspended.Add(labels_)),
      drift_detected_(all.drift_detected.Add(labels_)),
      duration_(all.reconcile_duration.Add(labels_, reconcile_buckets())) {
  for (const auto phase : kPhases) {
    phases_[phase] = &all.phase_duration.Add({{"phase", std::string(to_string(phase))}}, reconcile_buckets());
  }
  start_at_zero();
}

void SourceMetrics::start_at_zero() {
  for (const auto result : kPassResults) {
    all_.reconcile_total.Add(with("result", to_string(result)));
  }
  for (const auto action : kActions) all_.plan_changes.Add(with("action", action_name(action)));
  for (const auto reason : kBlockReasons) all_.plan_blocked.Add(with("reason", reason));
  for (const auto type : kConditionTypes) condition(type, Truth::unknown);
  workers({});
}

Labels SourceMetrics::with(const std::string& label, std::string_view value) const {
  Labels labels = labels_;
  labels.emplace(label, value);
  return labels;
}

void SourceMetrics::finished(PassResult result, std::chrono::nanoseconds duration, TimePoint at) {
  all_.reconcile_total.Add(with("result", to_string(result))).Increment();
  duration_.Observe(seconds(duration));
  if (result == PassResult::success || result == PassResult::noop) {
    last_success_.Set(unix_time(at));
  }
}

void SourceMetrics::planned(const reconciler::Plan& plan) {
  for (const auto action : kActions) {
    auto count = std::ranges::count(plan.workers, action, &reconciler::WorkerChange::action);
    for (const auto& worker : plan.workers) {
      count += std::ranges::count(worker.resources, action, &reconciler::ResourceChange::action);
    }
    all_.plan_changes.Add(with("action", action_name(action))).Set(static_cast<double>(count));
  }
  for (const auto& blocked : blocks_of(plan)) {
    all_.plan_blocked.Add(with("reason", blocked.block->reason)).Increment();
  }
}

void SourceMetrics::condition(std::string_view type, Truth truth) {
  for (const auto status : kTruths) {
    auto labels = with("type", type);
    labels.emplace("status", to_string(status));
    all_.condition.Add(labels).Set(status == truth ? 1 : 0);
  }
}

void SourceMetrics::revision(const std::string& revision) {
  // One series a source, or every revision that ever was would stay for ever.
  if (revision_ != nullptr) all_.source_info.Remove(revision_);
  revision_ = &all_.source_info.Add(with("revision", revision));
  revision_->Set(1);
}

void SourceMetrics::workers(const std::vector<WorkerStatus>& workers) {
  std::map<std::string, std::pair<WorkerStatus, Gauge*>> known;
  for (const auto& worker : workers) {
    auto labels = with("account", account_);
    labels.emplace("worker", worker.name);
    labels.emplace("sync_status", to_string(worker.sync));
    labels.emplace("health_status", to_string(worker.health));
    auto& gauge = all_.worker_info.Add(labels);
    gauge.Set(1);
    known[worker.name] = {worker, &gauge};
  }
  for (const auto& [name, entry] : workers_) {
    const auto still = known.find(name);
    if (still == known.end() || still->second.second != entry.second) {
      all_.worker_info.Remove(entry.second);
    }
  }
  workers_ = std::move(known);
  for (const auto status : kSyncStatuses) {
    const auto count = std::ranges::count(workers, status, &WorkerStatus::sync);
    all_.workers.Add(with("sync_status", to_string(status))).Set(static_cast<double>(count));
  }
}

class FetchMetrics final : public GitMetrics {
 public:
  FetchMetrics(MetricFamilies& all, const std::string& source)
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
  void fetch_failed(FetchProblem::Kind kind, std::chrono::nanoseconds duration) override {
    (kind == FetchProblem::Kind::verification ? unverified_ : failed_).Increment();
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
        throttled_(all.api_throttled.Add({{"budget", budget}})),
        remaining_(all.api_remaining.Add({{"budget", budget}})),
        limit_(all.api_limit.Add({{"budget", budget}})) {}

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
  void throttled(std::chrono::nanoseconds duration) override { throttled_.Increment(seconds(duration)); }
  void budget(std::size_t remaining, std::size_t limit) override {
    remaining_.Set(static_cast<double>(remaining));
    limit_.Set(static_cast<double>(limit));
  }

 private:
  MetricFamilies& all_;
  std::string account_;
  Counter& throttled_;
  Gauge& remaining_;
  Gauge& limit_;
};

// The names that every Prometheus client library uses, without a prefix.
prometheus::MetricFamily process_family(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {.name = name, .help = help, .type = type, .metric = {metric}};
}

std::vector<prometheus::MetricFamily> process_families() {
  using prometheus::MetricType;
  const auto stats = read_process_stats();
  return {
      process_family("process_cpu_seconds_total", "User and system time.", MetricType::Counter, stats.cpu_seconds),
      process_family("process_start_time_seconds", "Unix time at which the process was started.", MetricType::Gauge,
                     stats.start_time_seconds),
      process_family("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
                     static_cast<double>(stats.resident_bytes)),
      process_family("process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge,
                     static_cast<double>(stats.virtual_bytes)),
      process_family("process_open_fds", "Open file descriptors.", MetricType::Gauge,
                     static_cast<double>(stats.open_descriptors)),
      process_family("process_max_fds", "How many may be open.", MetricType::Gauge,
                     static_cast<double>(stats.max_descriptors)),
  };
}

}  // namespace

Metrics::Metrics() : families_(std::make_unique<MetricFamilies>()) {
  families_->build_info.Add({{"version", PLUMBLINE_VERSION}, {"compiler", __VERSION__}}).Set(1);
  // There is no election yet: whoever runs is the one that acts.
  families_->leader.Set(1);
}

Metrics::~Metrics() = default;

std::unique_ptr<api::Probe> Metrics::api_probe(const std::string& account, const std::string& budget) {
  return std::make_unique<ApiProbe>(*families_, account, budget);
}

std::unique_ptr<ReconcileMetrics> Metrics::reconcile_metrics(const std::string& source, const std::string& account) {
  return std::make_unique<SourceMetrics>(*families_, source, account);
}

std::unique_ptr<GitMetrics> Metrics::git_metrics(const std::string& source) {
  return std::make_unique<FetchMetrics>(*families_, source);
}

void Metrics::journal_bytes(std::uint64_t bytes) {
  families_->journal_bytes.Set(static_cast<double>(bytes));
}

void Metrics::token_expiry(const std::string& account, TimePoint at) {
  families_->token_expiry.Add({{"account", account}}).Set(unix_time(at));
}

std::string Metrics::exposition() const {
  auto families = families_->all.Collect();
  for (auto& family : process_families()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace plumbline::daemon
