#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/workspace.h"

/// What a process holds in memory, tokens and secrets, gets into no dump.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

std::string proc(pid_t id, const std::string& file) {
  std::ifstream stream("/proc/" + std::to_string(id) + "/" + file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool is_guarded(pid_t id) {
  return proc(id, "limits").contains("Max core file size        0                    0") &&
         proc(id, "coredump_filter").starts_with("00000000");
}

void give_to(const fs::path& folder, uid_t owner) {
  REQUIRE(::lchown(folder.c_str(), owner, owner) == 0);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    REQUIRE(::lchown(entry.path().c_str(), owner, owner) == 0);
  }
}

}  // namespace

TEST_CASE("a daemon that is made to dump leaves no core, and one that root takes holds no secret") {
  const ExamplesInGit stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  CHECK(is_guarded(daemon.id()));

  const auto dumps = stage.workspace.folder() / "dumps";
  fs::create_directories(dumps);
  // Not everybody may trace another process; where gdb is missing or may not, the rest of the test is the test.
  if (fs::exists("/usr/bin/gcore")) {
    const auto dumped = run_to_end({.file = "/usr/bin/gcore",
                                    .arguments = {"-o", (dumps / "core").string(), std::to_string(daemon.id())},
                                    .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", dumps.string()}},
                                    .output_folder = dumps / "output"},
                                   std::chrono::minutes(2));
    MESSAGE("gcore: ", dumped.exit_code, ", files: ", std::distance(fs::directory_iterator(dumps), {}));
    check_no_canary_below(dumps, {});
    fs::remove_all(dumps);
  }

  const auto folder = stage.workspace.folder() / "daemon";
  daemon.signal(SIGABRT);
  REQUIRE(eventually([&daemon] { return !daemon.is_running(); }));
  for (const auto& entry : fs::directory_iterator(folder)) {
    CHECK_FALSE(entry.path().filename().string().starts_with("core"));
  }
}

TEST_CASE("a command with credentials is guarded as well") {
  const ExamplesInGit stage;
  // It waits for the answer to a call, with its token in hand.
  stage.workspace.simulator().add_fault({{"match", {{"path", "."}}}, {"times", 1}, {"fault", "stall"}});
  const auto process = stage.workspace.start_on_manifests("plan");
  // It begins with that, but is there before it has.
  CHECK(eventually([&process] { return is_guarded(process->id()); }));
}

TEST_CASE("a daemon without privileges is guarded, fetches by its child and sees its own descriptors") {
  constexpr uid_t kNobody = 65534;
  const ExamplesInGit stage;
  const auto folder = stage.workspace.folder();
  const auto binary = folder / "plumbline";
  if (::geteuid() != 0 || !fs::exists("/usr/bin/setpriv")) {
    MESSAGE("SKIPPED: needs root and setpriv");
    return;
  }
  fs::copy_file(PLUMBLINE_BINARY, binary);
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.stop() == Ended{.exit_code = 0});
  fs::remove_all(daemon.mirrors());
  give_to(folder, kNobody);
  daemon.start_as({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary.string()});
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(is_guarded(daemon.id()));
  // The kernel gives the files of a process that may be dumped to the process's own user (proc(5)).
  struct stat memory{};
  REQUIRE(::stat(("/proc/" + std::to_string(daemon.id()) + "/mem").c_str(), &memory) == 0);
  CHECK(memory.st_uid == 0);
  CHECK(fs::exists(daemon.mirrors()));
  CHECK(daemon.metric("process_open_fds") > 3);
  CHECK(daemon.metric("process_resident_memory_bytes") > 0);
  CHECK(daemon.metric("process_cpu_seconds_total") > 0);
  CHECK(daemon.stop() == Ended{.exit_code = 0});
}

}  // namespace plumbline::testing
