#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/http.h"
#include "tests/support/sanitizer.h"
#include "tests/support/workspace.h"

using namespace plumbline;
using namespace plumbline::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr int kWorkers = 5;

// Months of operation in a minute: commits, edits in the dashboard, outages of the API and of git, a reload, and what
// persons ask for meanwhile.
class Operation {
 public:
  Operation() {
    for (int i = 0; i < kWorkers; ++i) write(i, 0);
    last_ = repository_.commit("first");
    daemon_ = std::make_unique<DaemonProcess>(workspace_, repository_.url(), DaemonSettings{});
    REQUIRE(daemon_->wait_until_applied(last_));
  }

  void run(int rounds) {
    for (int round = 1; round <= rounds; ++round) {
      edit(round);
      if (round % 2 == 0) edit(round + 1);
      if (round % 10 == 0) api_outage();
      if (round == rounds / 4) git_outage();
      if (round == rounds / 2) approve(round);
      if (round % 25 == 0) suspend();
      write(round % kWorkers, round);
      last_ = repository_.commit(fmt::format("round {}", round));
      // Whoever waits for every commit would never see two that come at once.
      if (round % 2 == 0) reconcile();
    }
    REQUIRE_MESSAGE(daemon_->wait_until_applied(last_), daemon_->log_text());
  }

  // Without the packs of the mirror, which stay open until it is made small (git_mirror_test.cpp).
  [[nodiscard]] int descriptors() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", daemon_->id()))) {
      std::error_code closed;
      const auto target = fs::read_symlink(entry.path(), closed);
      if (!closed && target.extension() != ".pack") ++count;
    }
    return count;
  }
  [[nodiscard]] double resident() const { return daemon_->metric("process_resident_memory_bytes"); }

  // Every Worker is as the last commit has it, and no edit was left.
  void check_in_sync() const {
    for (int i = 0; i < kWorkers; ++i) {
      CHECK(eventually([&] { return text_of(i) == texts_.at(static_cast<std::size_t>(i)); }));
    }
    CHECK(string_member(daemon_->source(), "sync") == "Synced");
    CHECK(string_member(daemon_->condition("Ready"), "status") == "True");
  }

  // What stays as it is is told once.
  void check_log() const {
    std::string before;
    for (const auto line : split(daemon_->log_text(), '\n')) {
      auto json = parse_json(line);
      if (!json || string_member(*json, "level") == "debug") continue;
      json->get_object().erase("time");
      const auto text = to_text(*json);
      CHECK_MESSAGE(text != before, text);
      before = text;
    }
  }

 private:
  static std::string name(int i) { return fmt::format("w{}", i); }

  void write(int i, int round) {
    const auto text = fmt::format("round-{}", round);
    write_worker(repository_.work_tree(), name(i),
                 fmt::format("  bindings: {{TEXT: {{type: plain_text, text: {}}}}}\n", text));
    texts_.resize(kWorkers);
    texts_.at(static_cast<std::size_t>(i)) = text;
  }
  [[nodiscard]] std::string text_of(int i) const {
    return std::string(string_member(workspace_.simulator().binding(name(i), "TEXT").at("fields"), "text"));
  }

  void edit(int round) {
    workspace_.simulator().edit(name((round + 2) % kWorkers), "set-var", "TEXT",
                                Json(fmt::format("by hand {}", round)));
  }

  void api_outage() {
    workspace_.simulator().add_fault(
        {{"match", JsonObject{{"path", ".*"}}}, {"fault", "status"}, {"status", 503}, {"times", 2}});
  }

  void git_outage() {
    const auto away = workspace_.folder() / "away.git";
    fs::rename(repository_.remote(), away);
    CHECK(eventually([&] { return string_member(daemon_->condition("Ready"), "reason") == "GitOperationFailed"; }));
    fs::rename(away, repository_.remote());
  }

  // A reload after which plans have to be approved, an approval, and a reload after which they need not.
  void approve(int round) {
    reload("audit_interval: 1h\n", "audit_interval: 1h\n    require_digest: true\n");
    // The very change that was approved once would go ahead.
    const int number = 1000 * ++approvals_ + round;
    write(round % kWorkers, number);
    repository_.commit("to be approved");
    CHECK(eventually([&] {
      reconcile();
      // Beside it a Worker may be held back that was edited too often.
      return string_member(daemon_->condition("Blocked"), "message").contains("ApprovalRequired");
    }));
    // Edits move the plan, until one is approved that is still the plan.
    CHECK(eventually([&] {
      const auto plan = parse_json(daemon_->get("/api/v1/plan?source=production").body);
      if (!plan) return false;
      post("approve", {{"digest", string_member(*plan, "digest")}});
      return text_of(round % kWorkers) == fmt::format("round-{}", number);
    }));
    reload("audit_interval: 1h\n    require_digest: true\n", "audit_interval: 1h\n");
  }

  void reload(std::string_view what, std::string_view by) {
    replace_in_file(daemon_->configuration(), what, by);
    const auto before = daemon_->log("configuration reloaded").size();
    daemon_->signal(SIGHUP);
    CHECK(eventually([&] { return daemon_->log("configuration reloaded").size() == before + 1; }));
  }

  net::HttpResponse post(const std::string& what, const JsonObject& body = {}) const {
    net::HttpRequest request{
        .method = "POST", .target = "/api/v1/sources/production/" + what, .body = to_text(Json(body))};
    request.headers.add("Content-Type", "application/json");
    return http_exchange(daemon_->status_port(), std::move(request));
  }
  void reconcile() { CHECK(post("reconcile").status == 202); }
  void suspend() {
    CHECK(post("suspend").status == 200);
    CHECK(eventually([&] { return string_member(daemon_->source(), "health") == "Suspended"; }));
    CHECK(post("resume").status == 200);
  }

  Workspace workspace_;
  GitRepository repository_{workspace_.folder() / "git"};
  std::vector<std::string> texts_;
  std::string last_;
  int approvals_ = 0;
  std::unique_ptr<DaemonProcess> daemon_;
};

}  // namespace

TEST_CASE(
    "commits, edits, outages, reloads, suspensions and approvals end in sync, and cost neither memory nor "
    "descriptors") {
  const int rounds = kSanitized ? 20 : 100;
  Operation operation;
  operation.run(rounds);
  const auto descriptors = operation.descriptors();
  const auto resident = operation.resident();
  operation.run(rounds);
  operation.check_in_sync();
  operation.check_log();
  // A sanitizer opens pipes of its own, and keeps what was freed.
  if (kSanitized) return;
  // A connection or a child may be there at that very moment.
  CHECK(operation.descriptors() <= descriptors + 4);
  constexpr double kGrowth = 2.0 * 1024 * 1024;
  CHECK(operation.resident() <= resident + kGrowth);
}
