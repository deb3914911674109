#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/client.h"
#include "daemon/telemetry/status_names.h"
#include "reconciler/model/plan.h"

/// The content of /metrics. Every family is part of the contract. Closed label sets exist from the start with value 0,
/// so that a rate over them is correct from the first event on.
namespace plumbline::daemon {

/// Measures the passes over a source. On the loop thread.
class PassMetrics {
 public:
  virtual ~PassMetrics() = default;

  virtual void attempted(TimePoint at) = 0;
  virtual void finished(PassResult result, std::chrono::nanoseconds duration, TimePoint at) = 0;
  virtual void phase(Phase phase, std::chrono::nanoseconds duration) = 0;
  virtual void consecutive_failures(std::size_t count) = 0;
  virtual void drift_detected(std::size_t workers) = 0;  ///< that had not drifted before
  virtual void drifted_workers(std::size_t workers) = 0;
  virtual void planned(const reconciler::Plan& plan) = 0;
  virtual void condition(std::string_view type, Truth truth) = 0;
  virtual void suspended(bool suspended) = 0;
  virtual void revision(const std::string& revision) = 0;
  /// Replaces the previous list.
  virtual void workers(const std::vector<WorkerStatus>& workers) = 0;
};

/// Measures the fetches of a source. On the loop thread.
class FetchMetrics {
 public:
  virtual ~FetchMetrics() = default;
  virtual void fetched(std::chrono::nanoseconds duration, TimePoint at) = 0;
  virtual void fetch_failed(FetchFailure why, std::chrono::nanoseconds duration) = 0;
};

struct MetricFamilies;

/// The registry. It must outlive everything that it hands out. On the loop thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  std::unique_ptr<api::Probe> api_probe(const std::string& account, const std::string& budget);
  /// `account` is the name of the source's account.
  std::unique_ptr<PassMetrics> pass_metrics(const std::string& source, const std::string& account);
  std::unique_ptr<FetchMetrics> fetch_metrics(const std::string& source);

  void journal_bytes(std::uint64_t bytes);
  void log_lines_dropped(std::uint64_t so_far) { log_lines_dropped_ = so_far; }
  void audit_oldest(const std::string& account, std::chrono::seconds age);
  /// A reload of the configuration has ended.
  void reloaded(bool succeeded, TimePoint at);
  /// Removes every series of a source that is not in the configuration any more. Whoever measured it must be gone.
  void forget_source(const std::string& source);
  void token_expiry(const std::string& account, TimePoint at);

  /// The text exposition format, version 0.0.4. Reads /proc for process_*.
  [[nodiscard]] std::string exposition() const;

 private:
  std::unique_ptr<MetricFamilies> families_;
  std::uint64_t log_lines_dropped_ = 0;
};

/// Numbers about this process from /proc. A value that cannot be read is 0.
struct ProcessStats {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  ///< Unix time
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::size_t open_descriptors = 0;
  std::size_t max_descriptors = 0;
};
ProcessStats read_process_stats();

}  // namespace plumbline::daemon
