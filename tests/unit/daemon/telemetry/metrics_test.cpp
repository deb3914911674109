#include "daemon/telemetry/metrics.h"

#include <doctest/doctest.h>

#include <string>

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TimePoint at(std::chrono::seconds since_epoch) {
  return TimePoint(since_epoch);
}

reconciler::WorkerChange change(std::string name, reconciler::Action action) {
  reconciler::WorkerChange change;
  change.name = std::move(name);
  change.action = action;
  return change;
}

TEST_CASE("closed label sets are there from the start with 0") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  const auto git = metrics.fetch_metrics("prod");
  const auto text = metrics.exposition();
  for (const auto* result : {"success", "noop", "error", "blocked", "superseded"}) {
    CHECK(has_line(text, "plumbline_reconcile_total{result=\"" + std::string(result) + "\",source=\"prod\"} 0"));
  }
  CHECK(has_line(text, "plumbline_plan_blocked_total{reason=\"OwnershipConflict\",source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_plan_changes{action=\"delete\",source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_workers{source=\"prod\",sync_status=\"OutOfSync\"} 0"));
  CHECK(has_line(text, "plumbline_drift_detected_total{source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_git_requests_total{result=\"error\",source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_git_requests_total{result=\"unverified\",source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_condition{source=\"prod\",status=\"Unknown\",type=\"Ready\"} 1"));
  CHECK(has_line(text, "plumbline_condition{source=\"prod\",status=\"True\",type=\"Ready\"} 0"));
  CHECK(has_line(text, "plumbline_leader 1"));
  CHECK(mentions(text, "plumbline_build_info{"));
}

TEST_CASE("the process tells of itself under the names that everybody uses") {
  const Metrics metrics;
  const auto text = metrics.exposition();
  for (const auto* name : {"process_cpu_seconds_total", "process_start_time_seconds", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds"}) {
    CHECK(mentions(text, "\n" + std::string(name) + " "));
  }
}

TEST_CASE("what proc tells of this process is plausible") {
  const auto stats = read_process_stats();
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(stats.resident_bytes > 1'000'000);
  CHECK(stats.virtual_bytes >= stats.resident_bytes);
  CHECK(stats.open_descriptors >= 3);
  CHECK(stats.max_descriptors >= stats.open_descriptors);
  CHECK(stats.start_time_seconds > now - 24 * 3600);
  CHECK(stats.start_time_seconds < now + 10);
}

TEST_CASE("a pass counts under its result and tells when it was") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->attempted(at(100s));
  source->finished(PassResult::error, 2s, at(102s));
  source->consecutive_failures(1);
  auto text = metrics.exposition();
  CHECK(has_line(text, "plumbline_reconcile_total{result=\"error\",source=\"prod\"} 1"));
  CHECK(has_line(text, "plumbline_last_attempted_reconcile_timestamp_seconds{source=\"prod\"} 100"));
  CHECK(has_line(text, "plumbline_last_successful_reconcile_timestamp_seconds{source=\"prod\"} 0"));
  CHECK(has_line(text, "plumbline_consecutive_failures{source=\"prod\"} 1"));
  CHECK(has_line(text, "plumbline_reconcile_duration_seconds_bucket{source=\"prod\",le=\"1\"} 0"));
  CHECK(has_line(text, "plumbline_reconcile_duration_seconds_bucket{source=\"prod\",le=\"2.5\"} 1"));
  source->finished(PassResult::noop, 10ms, at(200s));
  text = metrics.exposition();
  CHECK(has_line(text, "plumbline_last_successful_reconcile_timestamp_seconds{source=\"prod\"} 200"));
}

TEST_CASE("a source has one revision at a time") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->revision("main@sha1:aaaa");
  source->revision("main@sha1:bbbb");
  const auto text = metrics.exposition();
  CHECK(!mentions(text, "aaaa"));
  CHECK(has_line(text, "plumbline_source_info{revision=\"main@sha1:bbbb\",source=\"prod\"} 1"));
}

TEST_CASE("a condition has one status at a time") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->condition("Drifted", Truth::yes);
  auto text = metrics.exposition();
  CHECK(has_line(text, "plumbline_condition{source=\"prod\",status=\"True\",type=\"Drifted\"} 1"));
  CHECK(has_line(text, "plumbline_condition{source=\"prod\",status=\"Unknown\",type=\"Drifted\"} 0"));
}

TEST_CASE("a Worker has one series, with the labels of its source, whatever their names are") {
  Metrics metrics;
  const auto odd = metrics.pass_metrics("a \"source\"", "back\\slash\nline");
  const auto source = metrics.pass_metrics("prod", "main");
  odd->workers({{"a", SyncStatus::synced}});
  source->workers(
      {{"b", SyncStatus::unknown}, {"a", SyncStatus::synced}, {"a", SyncStatus::out_of_sync, HealthStatus::missing}});
  const auto text = metrics.exposition();
  CHECK(mentions(text,
                 "# TYPE plumbline_worker_info gauge\n"
                 "plumbline_worker_info{account=\"back\\\\slash\\nline\",health_status=\"Unknown\","
                 "source=\"a \\\"source\\\"\",sync_status=\"Synced\",worker=\"a\"} 1\n"
                 "plumbline_worker_info{account=\"main\",health_status=\"Missing\",source=\"prod\","
                 "sync_status=\"OutOfSync\",worker=\"a\"} 1\n"
                 "plumbline_worker_info{account=\"main\",health_status=\"Unknown\",source=\"prod\","
                 "sync_status=\"Unknown\",worker=\"b\"} 1\n"));
}

TEST_CASE("a Worker that moves or goes leaves no series behind") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->workers({{"a", SyncStatus::synced}, {"b", SyncStatus::out_of_sync}});
  source->workers({{"a", SyncStatus::out_of_sync}});
  const auto text = metrics.exposition();
  CHECK(mentions(text, "worker=\"a\"} 1"));
  CHECK(mentions(text, "sync_status=\"OutOfSync\",worker=\"a\""));
  CHECK(!mentions(text, "sync_status=\"Synced\",worker=\"a\""));
  CHECK(!mentions(text, "worker=\"b\""));
  CHECK(has_line(text, "plumbline_workers{source=\"prod\",sync_status=\"OutOfSync\"} 1"));
  CHECK(has_line(text, "plumbline_workers{source=\"prod\",sync_status=\"Synced\"} 0"));
}

TEST_CASE("the same Workers once more are the same series") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->workers({{"a", SyncStatus::synced}});
  source->workers({{"a", SyncStatus::synced}});
  CHECK(mentions(metrics.exposition(), "sync_status=\"Synced\",worker=\"a\"} 1"));
}

TEST_CASE("a plan is counted by action and by what it holds back") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  reconciler::Plan plan;
  plan.workers = {change("a", reconciler::Action::create), change("b", reconciler::Action::remove),
                  change("c", reconciler::Action::remove)};
  plan.workers[1].block = reconciler::Block{reconciler::Reason::threshold_exceeded, "", ""};
  source->planned(plan);
  plan.workers.pop_back();
  plan.zone_workers.emplace_back().action = reconciler::Action::update;
  source->planned(plan);
  const auto text = metrics.exposition();
  CHECK(has_line(text, "plumbline_plan_changes{action=\"create\",source=\"prod\"} 1"));
  CHECK(has_line(text, "plumbline_plan_changes{action=\"delete\",source=\"prod\"} 1"));
  CHECK(has_line(text, "plumbline_plan_changes{action=\"update\",source=\"prod\"} 1"));
  CHECK(has_line(text, "plumbline_plan_blocked_total{reason=\"ThresholdExceeded\",source=\"prod\"} 2"));
}

TEST_CASE("calls are counted under the template of their endpoint") {
  Metrics metrics;
  const auto probe = metrics.api_probe("main", "ci-user");
  const auto* operation = api::find_operation("upload_script");
  REQUIRE(operation != nullptr);
  probe->answered(*operation, 200, 30ms);
  probe->answered(*operation, 0, 30ms);
  probe->retried(*operation, "server", 250ms);
  probe->throttled(1500ms);
  probe->budget(800, 840);
  const auto text = metrics.exposition();
  const std::string endpoint = "endpoint=\"" + std::string(operation->path) + "\"";
  CHECK(
      has_line(text, "plumbline_api_requests_total{account=\"main\",code=\"200\"," + endpoint + ",method=\"PUT\"} 1"));
  CHECK(has_line(text, "plumbline_api_requests_total{account=\"main\",code=\"0\"," + endpoint + ",method=\"PUT\"} 1"));
  CHECK(has_line(text, "plumbline_api_request_duration_seconds_count{" + endpoint + "} 2"));
  CHECK(has_line(text, "plumbline_api_retries_total{reason=\"server\"} 1"));
  CHECK(has_line(text, "plumbline_api_throttled_seconds_total{budget=\"ci-user\"} 1.5"));
  CHECK(has_line(text, "plumbline_api_budget_remaining{budget=\"ci-user\"} 800"));
  CHECK(has_line(text, "plumbline_api_budget_limit{budget=\"ci-user\"} 840"));
}

TEST_CASE("a budget without a limit has no series that tell what is left of it") {
  Metrics metrics;
  const auto probe = metrics.api_probe("main", "ci-user");
  for (int look = 0; look < 2; ++look) {
    const auto text = metrics.exposition();
    CHECK(!mentions(text, "plumbline_api_budget_remaining{"));
    CHECK(!mentions(text, "plumbline_api_budget_limit{"));
    probe->budget(0, 0);
  }
  probe->budget(0, 840);
  CHECK(has_line(metrics.exposition(), "plumbline_api_budget_remaining{budget=\"ci-user\"} 0"));
}

TEST_CASE("every family has its help and its type on lines of their own") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  std::size_t helps = 0;
  std::size_t begin = 0;
  const auto text = metrics.exposition();
  while (begin < text.size()) {
    const auto end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const auto line = std::string_view(text).substr(begin, end - begin);
    const bool known = line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line.starts_with("plumbline_") ||
                       line.starts_with("process_");
    CHECK_MESSAGE(known, line);
    if (line.starts_with("# HELP ")) ++helps;
    begin = end + 1;
  }
  CHECK(helps > 20);
}

TEST_CASE("labels from outside are escaped") {
  Metrics metrics;
  const auto source = metrics.pass_metrics("prod", "main");
  source->revision("a\"b\\c\nd");
  CHECK(mentions(metrics.exposition(), R"(revision="a\"b\\c\nd")"));
}

}  // namespace
}  // namespace plumbline::daemon
