#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/metrics.h"
#include "tests/support/process.h"

/// The search for secrets, and the tools that the other tests rely on, must themselves be able to fail.
namespace plumbline::testing {

namespace {

Program shell(const TemporaryFolder& folder, const std::string& script) {
  return {.file = "sh",
          .arguments = {"-c", script},
          .environment = {{"PATH", "/usr/bin:/bin"}},
          .output_folder = folder.path()};
}

}  // namespace

TEST_CASE("a canary is found in plain text and in base64 at every offset") {
  CHECK(find_canary("token=" + canary("x")) == 6);
  CHECK(find_canary("enFDYW5hcnk3LXg="));      // zqCanary7-x
  CHECK(find_canary("YXpxQ2FuYXJ5Ny14"));      // azqCanary7-x
  CHECK(find_canary("YWF6cUNhbmFyeTcteA=="));  // aazqCanary7-x
  CHECK_FALSE(find_canary("zqCanar 7 Q2FuYXJ5"));
}

TEST_CASE("a canary is found in every form that somebody may repeat it in") {
  for (const auto& form : forms_of(canary("x"))) {
    CAPTURE(form);
    CHECK(find_canary("before " + form + " after"));
  }
  CHECK(forms_of("a").size() == 14);
}

TEST_CASE("a value is found in the memory of a process") {
  const TemporaryFolder folder;
  Process process(shell(folder, "value=zqCanary$((3 + 4))-in-memory; echo ready; read -r never; echo $value"));
  REQUIRE(eventually([&process] { return process.out().contains("ready"); }));
  const auto found = memory_holds(process.id(), {canary("in-memory")});
  if (found) CHECK(*found);
  if (found) CHECK_FALSE(*memory_holds(process.id(), {canary("elsewhere")}));
}

TEST_CASE("a canary is found in every file but those where the test put it") {
  const TemporaryFolder folder;
  const auto& top = folder.path();
  write_file(top / "secrets/store/key", canary("key"));
  write_file(top / "secrets-not/log", "a line\n" + canary("key"));
  write_file(top / "output/plan.json", "{}");
  write_file(top / "journal.db-wal", std::string("\0binary", 7) + canary("key"));
  auto found = files_with_canary(top, {top / "secrets"});
  std::ranges::sort(found);
  CHECK(found == std::vector{top / "journal.db-wal", top / "secrets-not/log"});
}

TEST_CASE("a process is fed, heard and told apart by how it ends") {
  const TemporaryFolder folder;
  auto program = shell(folder, "cat; echo error >&2; exit 3");
  program.input = "hello";
  const auto finished = run_to_end(program);
  CHECK(finished.exit_code == 3);
  CHECK(finished.out == "hello");
  CHECK(finished.err == "error\n");
  CHECK(run_to_end(shell(folder, "kill -9 $$")).exit_code == 137);
}

TEST_CASE("a process that goes on is ended with its children") {
  const TemporaryFolder folder;
  std::string child;
  {
    Process process(shell(folder, "sleep 1000 & echo $!; wait"));
    REQUIRE(eventually([&process] { return process.out().ends_with('\n'); }));
    child = process.out();
    CHECK_FALSE(process.wait(std::chrono::milliseconds(1)));
  }
  // It may be a zombie until init reaps it, but it does not run any more.
  CHECK(eventually([&child] { return ::kill(std::stoi(child), 0) != 0; }));
}

TEST_CASE("metrics are read with their labels, and what is no exposition is refused") {
  const auto metrics = parse_metrics(
      "# HELP a_total Help.\n# TYPE a_total counter\na_total{x=\"1\",y=\"2\"} 3\na_total{x=\"2\",y=\"2\"} 4\n");
  CHECK(sum_of(metrics, "a_total") == 7);
  CHECK(sum_of(metrics, "a_total", {{"x", "1"}}) == 3);
  CHECK(sum_of(metrics, "a_total", {{"y", "2"}, {"x", "2"}}) == 4);
  CHECK_THROWS(parse_metrics("a_total 1\n"));
  CHECK_THROWS(parse_metrics("# TYPE a_total counter\na_total 1\na_total 2\n"));
}

}  // namespace plumbline::testing
