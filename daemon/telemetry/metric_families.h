#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/telemetry/status_names.h"

/// The families of /metrics, each with its name and help, for the files that measure (metrics.cpp, pass_metrics.cpp).
/// No other file uses prometheus-cpp.
namespace plumbline::daemon {

/// From 10 ms to 30 min, as Flux's gotk_reconcile_duration_seconds.
inline const prometheus::Histogram::BucketBoundaries& reconcile_buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets{0.01, 0.05, 0.1, 0.5, 1,   2.5, 5,
                                                               10,   30,   60,  120, 300, 900, 1800};
  return buckets;
}

inline double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

inline double unix_time(TimePoint at) {
  return seconds(at.time_since_epoch());
}

/// The registry and its families. The serializer does not escape help texts, so they hold no line breaks and no
/// backslashes.
struct MetricFamilies {
  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  prometheus::Registry all;

  Gauges& build_info = gauges(all, "plumbline_build_info", "Always 1; the labels tell what is running.");
  Gauges& source_info = gauges(all, "plumbline_source_info", "Always 1; the revision that a source is at.");
  /// The series of plumbline_worker_info, by source, as the exposition has them. There may be 10,000, which change with
  /// a pass at most: a family of the library would copy and write each of them at every scrape.
  std::map<std::string, std::string> worker_info;
  Gauges& workers = gauges(all, "plumbline_workers", "Workers and ZoneWorkers of a source by sync status.");
  Gauges& condition = gauges(all, "plumbline_condition", "1 for the status that a condition of a source has, else 0.");
  Gauges& suspended = gauges(all, "plumbline_suspended", "1 if the source is suspended.");
  Counters& reconcile_total = counters(all, "plumbline_reconcile_total", "Passes over a source by result.");
  Histograms& reconcile_duration =
      histograms(all, "plumbline_reconcile_duration_seconds", "How long passes over a source took.");
  Histograms& phase_duration = histograms(all, "plumbline_reconcile_phase_duration_seconds",
                                          "How long the phases of passes took; observe includes the comparison.");
  Gauges& last_success = gauges(all, "plumbline_last_successful_reconcile_timestamp_seconds",
                                "Unix time of the last pass that left nothing to do; 0 if none yet.");
  Gauges& last_attempt =
      gauges(all, "plumbline_last_attempted_reconcile_timestamp_seconds", "Unix time of the last pass; 0 if none yet.");
  Gauges& consecutive_failures =
      gauges(all, "plumbline_consecutive_failures", "Passes that failed since the last that did not.");
  Counters& drift_detected =
      counters(all, "plumbline_drift_detected_total", "Times that a Worker was found changed behind Plumbline's back.");
  Gauges& drifted_workers =
      gauges(all, "plumbline_drifted_workers", "Workers that the last pass found changed and left so.");
  Gauges& plan_changes =
      gauges(all, "plumbline_plan_changes", "Workers, routes, domains and ZoneWorkers of the last plan by action.");
  Counters& plan_blocked = counters(all, "plumbline_plan_blocked_total", "Changes that a plan held back, by reason.");
  Gauges& git_last_fetch =
      gauges(all, "plumbline_git_last_fetch_timestamp_seconds", "Unix time of the last fetch that succeeded.");
  Counters& git_requests = counters(all, "plumbline_git_requests_total", "Fetches of a source by result.");
  Histograms& git_duration = histograms(all, "plumbline_git_request_duration_seconds", "How long fetches took.");
  Counters& api_requests =
      counters(all, "plumbline_api_requests_total", "Calls of the Workers API; code 0 without an answer.");
  Histograms& api_duration =
      histograms(all, "plumbline_api_request_duration_seconds", "How long calls of the Workers API took.");
  Counters& api_retries =
      counters(all, "plumbline_api_retries_total", "Calls of the Workers API that were sent again.");
  Counters& api_throttled =
      counters(all, "plumbline_api_throttled_seconds_total",
               "How long the budget kept calls waiting: a full window, or a pause that the API asked for.");
  Gauges& api_remaining = gauges(all, "plumbline_api_budget_remaining", "Calls left of the share in the window.");
  Gauges& api_limit = gauges(all, "plumbline_api_budget_limit", "Calls that the share allows in the window.");
  Gauges& audit_oldest = gauges(all, "plumbline_audit_oldest_seconds",
                                "How long ago the Worker was read that the audit has left longest.");
  Gauges& token_expiry = gauges(all, "plumbline_token_expiry_timestamp_seconds",
                                "Unix time at which the API token expires; absent if it does not.");
  prometheus::Gauge& leader = gauges(all, "plumbline_leader", "1 if this process is the one that acts.").Add({});
  prometheus::Gauge& reload_succeeded =
      gauges(all, "plumbline_config_last_reload_successful", "1 if the last reload of the configuration succeeded.")
          .Add({});
  prometheus::Gauge& reload_time = gauges(all, "plumbline_config_last_reload_success_timestamp_seconds",
                                          "Unix time of the last reload of the configuration that succeeded.")
                                       .Add({});
  prometheus::Gauge& journal_bytes = gauges(all, "plumbline_journal_bytes", "Size of the journal on the disk.").Add({});

  /// Removes the series whose label has this value.
  void forget(const std::string& label, const std::string& value) {
    for (auto* family : {&source_info, &workers, &condition, &suspended, &last_success, &last_attempt,
                         &consecutive_failures, &drifted_workers, &plan_changes, &git_last_fetch}) {
      forget_in(*family, label, value,
                [](Gauges& gauges, const prometheus::Labels& labels) { return &gauges.Add(labels); });
    }
    for (auto* family : {&reconcile_total, &drift_detected, &plan_blocked, &git_requests}) {
      forget_in(*family, label, value,
                [](Counters& counters, const prometheus::Labels& labels) { return &counters.Add(labels); });
    }
    for (auto* family : {&reconcile_duration, &git_duration}) {
      forget_in(*family, label, value, [](Histograms& histograms, const prometheus::Labels& labels) {
        return &histograms.Add(labels, reconcile_buckets());
      });
    }
  }

 private:
  // The library removes a series by its address, which Add() tells of one that is there.
  template <class Family, class Find>
  static void forget_in(Family& family, const std::string& label, const std::string& value, Find find) {
    std::vector<prometheus::Labels> gone;
    for (const auto& collected : family.Collect()) {
      for (const auto& metric : collected.metric) {
        prometheus::Labels labels;
        for (const auto& pair : metric.label) labels.emplace(pair.name, pair.value);
        if (const auto found = labels.find(label); found != labels.end() && found->second == value) {
          gone.push_back(std::move(labels));
        }
      }
    }
    for (const auto& labels : gone) family.Remove(find(family, labels));
  }

  static Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }

  static Gauges& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }

  static Histograms& histograms(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
};

}  // namespace plumbline::daemon
