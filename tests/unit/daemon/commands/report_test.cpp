#include "daemon/commands/report.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

TEST_CASE("a valid source is told in one line") {
  manifests::DesiredState state;
  state.workers.push_back(manifests::DesiredWorker{.name = "a"});
  state.manifest_files = 1;
  CHECK(valid_line(state) == "1 Worker in 1 file: valid");
  state.workers.push_back(state.workers[0]);
  state.manifest_files = 3;
  CHECK(valid_line(state) == "2 Workers in 3 files: valid");
}

TEST_CASE("a failure in JSON is one document") {
  const auto document = failure_document({{.where = {"a.yaml", 3, 4}, .summary = "wrong", .detail = "mend it"}});
  CHECK(string_member(document, "format_version") == "1.0");
  CHECK(bool_member(document, "errored") == true);
  const auto& diagnostic = member(document, "diagnostics")->get_array().at(0);
  CHECK(string_member(diagnostic, "severity") == "error");
  CHECK(string_member(diagnostic, "file") == "a.yaml");
  CHECK(*member(diagnostic, "line") == 3);
}

TEST_CASE("the last line of an apply is what tools look for, and only a whole success has it") {
  reconciler::ApplyReport report;
  report.added = 2;
  report.destroyed = 1;
  CHECK(apply_line(report, true) == "Apply complete! Resources: 2 added, 0 changed, 1 destroyed.");
  CHECK(apply_line(report, false) == "Apply incomplete. Resources: 2 added, 0 changed, 1 destroyed.");
  report.imported = 1;
  CHECK(apply_line(report, true) == "Apply complete! Resources: 1 imported, 2 added, 0 changed, 1 destroyed.");
}

TEST_CASE("progress tells what was done to a Worker, and in how many calls") {
  reconciler::WorkerChange change;
  change.name = "a";
  change.calls.resize(2);
  reconciler::WorkerResult result;
  result.name = "a";
  result.action = reconciler::Action::create;
  CHECK(progress_line(result, &change) == "worker.a: created (2 calls)");
  result.status = reconciler::WorkerResult::Status::failed;
  result.message = "no\x1b[2J";
  CHECK(progress_line(result, &change) == "worker.a: failed: no\\x1b[2J");
}

TEST_CASE("what is held back is told with the way to do it all the same") {
  reconciler::Plan plan;
  plan.workers.emplace_back().name = "a";
  plan.workers[0].block =
      reconciler::Block{reconciler::Reason::data_loss, "it destroys data", "add it to allow_data_loss"};
  CHECK(
      blocked_lines(plan) ==
      std::vector<std::string>{"worker.a: blocked (DataLoss): it destroys data; to go on: add it to allow_data_loss"});
}

}  // namespace
}  // namespace plumbline::daemon
