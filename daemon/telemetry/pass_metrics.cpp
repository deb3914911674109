#include "daemon/telemetry/pass_metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/telemetry/metric_families.h"

namespace plumbline::daemon {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;

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

// As the text exposition format wants the value of a label.
void append_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

class PassSeries final : public PassMetrics {
 public:
  PassSeries(MetricFamilies& all, std::string source, std::string account);

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
  void append_info(std::string& out, const WorkerStatus& worker) const;
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
};

PassSeries::PassSeries(MetricFamilies& all, std::string source, std::string account)
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

void PassSeries::start_at_zero() {
  for (const auto result : kPassResults) {
    all_.reconcile_total.Add(with("result", to_string(result)));
  }
  for (const auto action : kActions) all_.plan_changes.Add(with("action", action_name(action)));
  for (const auto reason : reconciler::kReasons) all_.plan_blocked.Add(with("reason", to_string(reason)));
  for (const auto type : kConditionTypes) condition(type, Truth::unknown);
  workers({});
}

Labels PassSeries::with(const std::string& label, std::string_view value) const {
  Labels labels = labels_;
  labels.emplace(label, value);
  return labels;
}

void PassSeries::finished(PassResult result, std::chrono::nanoseconds duration, TimePoint at) {
  all_.reconcile_total.Add(with("result", to_string(result))).Increment();
  duration_.Observe(seconds(duration));
  if (result == PassResult::success || result == PassResult::noop) {
    last_success_.Set(unix_time(at));
  }
}

void PassSeries::planned(const reconciler::Plan& plan) {
  for (const auto action : kActions) {
    auto count = std::ranges::count(plan.workers, action, &reconciler::WorkerChange::action);
    for (const auto& worker : plan.workers) {
      count += std::ranges::count(worker.exposure, action, &reconciler::ExposureChange::action);
    }
    count += std::ranges::count(plan.zone_workers, action, &reconciler::ZoneWorkerChange::action);
    all_.plan_changes.Add(with("action", action_name(action))).Set(static_cast<double>(count));
  }
  for (const auto& blocked : blocks_of(plan)) {
    all_.plan_blocked.Add(with("reason", to_string(blocked.block->reason))).Increment();
  }
}

void PassSeries::condition(std::string_view type, Truth truth) {
  for (const auto status : kTruths) {
    auto labels = with("type", type);
    labels.emplace("status", to_string(status));
    all_.condition.Add(labels).Set(status == truth ? 1 : 0);
  }
}

void PassSeries::revision(const std::string& revision) {
  // One series per source; otherwise a series would stay for every revision that ever was.
  if (revision_ != nullptr) all_.source_info.Remove(revision_);
  revision_ = &all_.source_info.Add(with("revision", revision));
  revision_->Set(1);
}

// With its labels sorted by name, as those of the other series are.
void PassSeries::append_info(std::string& out, const WorkerStatus& worker) const {
  out += "plumbline_worker_info{account=\"";
  append_value(out, account_);
  out.append("\",health_status=\"").append(to_string(worker.health)).append("\",source=\"");
  append_value(out, labels_.at("source"));
  out.append("\",sync_status=\"").append(to_string(worker.sync)).append("\",worker=\"");
  append_value(out, worker.name);
  out += "\"} 1\n";
}

void PassSeries::workers(const std::vector<WorkerStatus>& workers) {
  // A name has one series: Prometheus would take nothing of a scrape that holds two.
  std::map<std::string_view, const WorkerStatus*> by_name;
  for (const auto& worker : workers) by_name[worker.name] = &worker;
  std::string lines;
  for (const auto& [name, worker] : by_name) append_info(lines, *worker);
  all_.worker_info[labels_.at("source")] = std::move(lines);
  for (const auto status : kSyncStatuses) {
    const auto count = std::ranges::count(workers, status, &WorkerStatus::sync);
    all_.workers.Add(with("sync_status", to_string(status))).Set(static_cast<double>(count));
  }
}

}  // namespace

std::unique_ptr<PassMetrics> make_pass_metrics(MetricFamilies& all, std::string source, std::string account) {
  return std::make_unique<PassSeries>(all, std::move(source), std::move(account));
}

}  // namespace plumbline::daemon
