#include "daemon/controller/audit.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::daemon;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kNow{std::chrono::hours(1000)};

struct Account {
  reconciler::TargetList targets;
  reconciler::Observations memory;
  std::set<std::string> deferred;
  std::set<std::string> foreign;
  std::map<std::string, TimePoint> resting;
  std::optional<TimePoint> last;

  void add(const std::string& name) {
    targets.push_back(reconciler::test::target_of(reconciler::test::manifest(name)));
  }
  void add(const std::string& name, std::chrono::minutes ago, bool dirty = false) {
    add(name);
    reconciler::Observation observation;
    observation.observed_at = kNow - ago;
    observation.dirty = dirty;
    memory.emplace(name, std::make_shared<const reconciler::Observation>(std::move(observation)));
  }
  [[nodiscard]] AuditTurn next(TimePoint now = kNow) const {
    return next_audit({.targets = &targets,
                       .memory = &memory,
                       .deferred = &deferred,
                       .foreign = &foreign,
                       .resting = &resting,
                       .interval = 64min,
                       .last = last,
                       .now = now});
  }
};

using Names = std::set<std::string>;

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("what was read an interval ago is read again, the rest when its time comes") {
    Account account;
    account.add("old", 65min);
    account.add("older", 64min);
    account.add("new", 10min);
    const auto turn = account.next();
    CHECK(turn.batch == Names{"old", "older"});
    CHECK(turn.oldest == kNow - 65min);
  }

  TEST_CASE("while nothing is due it says when something will be") {
    Account account;
    account.add("a", 20min);
    account.add("b", 50min);
    const auto turn = account.next();
    CHECK(turn.batch.empty());
    CHECK(turn.due == kNow + 14min);
    CHECK(turn.oldest == kNow - 50min);
    CHECK(account.next(kNow + 14min).batch == Names{"b"});
  }

  TEST_CASE("without Workers there is nothing to wait for") {
    const auto turn = Account().next();
    CHECK(turn.batch.empty());
    CHECK_FALSE(turn.due);
    CHECK_FALSE(turn.oldest);
  }

  TEST_CASE("Workers that a pass has left to it come before all others") {
    Account account;
    for (std::size_t i = 0; i < kAuditBatch; ++i) account.add("late-" + std::to_string(i), 90min);
    for (int i = 0; i < 3; ++i) account.add("unread-" + std::to_string(i));
    account.deferred = {"unread-0", "unread-1", "unread-2"};
    const auto turn = account.next();
    CHECK(turn.batch.size() == kAuditBatch);
    for (const auto& name : account.deferred) CHECK(turn.batch.contains(name));
  }

  TEST_CASE("a batch has a bound, and those that were read longest ago are in it") {
    Account account;
    for (std::size_t i = 0; i < 3 * kAuditBatch; ++i) {
      account.add("w" + std::to_string(i), 65min + std::chrono::minutes(i));
    }
    const auto turn = account.next();
    CHECK(turn.batch.size() == kAuditBatch);
    for (std::size_t i = 2 * kAuditBatch; i < 3 * kAuditBatch; ++i) CHECK(turn.batch.contains("w" + std::to_string(i)));
  }

  TEST_CASE("Workers that could not be read rest, and hold up nobody") {
    Account account;
    account.add("broken", 90min);
    account.add("unread");
    account.add("fine", 65min);
    account.deferred = {"unread"};
    account.resting = {{"broken", kNow + 1min}, {"unread", kNow + 1min}, {"fine", kNow}};
    CHECK(account.next().batch == Names{"fine"});
    CHECK(account.next(kNow + 1min).batch == Names{"broken", "fine", "unread"});
  }

  TEST_CASE("Workers that become due one after the other are read together") {
    Account account;
    account.add("due", 65min);
    account.add("soon", 63min);
    account.last = kNow - 30s;
    const auto wait = account.next();
    CHECK(wait.batch.empty());
    CHECK(wait.due == kNow + 30s);
    CHECK(account.next(kNow + 60s).batch == Names{"due", "soon"});
    // Where there is more to do than one turn can, or where something is unknown, no turn waits.
    account.add("unread");
    account.deferred = {"unread"};
    CHECK(account.next().batch == Names{"due", "unread"});
    account.deferred.clear();
    for (std::size_t i = 0; i < kAuditBatch; ++i) account.add("late-" + std::to_string(i), 90min);
    CHECK(account.next().batch.size() == kAuditBatch);
  }

  TEST_CASE("a Worker that is not ours any more is neither read nor old") {
    Account account;
    account.add("lost", 900min);
    account.add("ours", 65min);
    account.foreign = {"lost"};
    CHECK(account.next().batch == Names{"ours"});
    CHECK(account.next().oldest == kNow - 65min);
  }

  TEST_CASE("a Worker that is being written, or that nothing remembers, is for a pass") {
    Account account;
    account.add("written", 90min, true);
    account.add("not-live");
    CHECK(account.next().batch.empty());
  }
}
