#include "fetch_support.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/support/fetch.h"

namespace plumbline::manifests::test {
namespace {

namespace fs = std::filesystem;

// The listener is asked before anything is printed.
struct FetchChild : doctest::IReporter {
  explicit FetchChild(const doctest::ContextOptions& /*options*/) {}
  void test_run_start() override {
    std::ifstream command_line("/proc/self/cmdline");
    std::string program;
    std::string command;
    std::getline(command_line, program, '\0');
    std::getline(command_line, command, '\0');
    if (command == kFetchCommand) std::_Exit(run_fetch_child());
  }
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*data*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};
DOCTEST_REGISTER_LISTENER("fetch_child", 1, FetchChild);

}  // namespace

std::string outcome(const FetchRequest& request) {
  const auto commit = testing::fetch(request);
  return commit ? commit->commit : "error: " + commit.error().message;
}

bool contains_any(const fs::path& folder, std::string_view part) {
  const fs::recursive_directory_iterator files(folder);
  return std::any_of(begin(files), end(files),
                     [&](const fs::directory_entry& file) { return file.path().filename().string().contains(part); });
}

std::string loopback_url(std::string_view scheme, const SilentPeer& peer) {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(peer.port()) + "/repository.git";
}

}  // namespace plumbline::manifests::test
