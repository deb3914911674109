#include "daemon/controller/twin.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "base/time_point.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using reconciler::Action;
using reconciler::Block;
using reconciler::OthersVersion;
using reconciler::Plan;
using reconciler::PlannedCall;
using reconciler::Reason;
using reconciler::WorkerChange;
using Verdict = TwinWatch::Verdict;

// A moment in the life of both clocks.
constexpr auto kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
const Instant kBegun{1000h};

const std::string kOurs(40, 'a');
const std::string kTheirs(40, 'b');

std::string revision(const std::string& commit) {
  return "main@sha1:" + commit;
}

OthersVersion version(const std::string& of, std::chrono::seconds after_start = 10s) {
  return {{"00112233445566ff", of}, to_rfc3339(kStart + after_start)};
}

WorkerChange worker_change(const std::string& name, std::optional<OthersVersion> others = std::nullopt) {
  WorkerChange change;
  change.name = name;
  change.action = Action::update;
  change.calls.emplace_back();
  change.others = std::move(others);
  return change;
}

Plan plan_with(const OthersVersion& others) {
  Plan plan;
  plan.workers = {worker_change("web", others), worker_change("own")};
  return plan;
}

struct Watched {
  Watched() { watch.in_force(revision(kOurs)); }

  Verdict judge(const Plan& plan, Kinship kinship, std::chrono::milliseconds after = 0ms) {
    std::map<std::string, Kinship> kin;
    for (const auto& commit : watch.commits_in_question(plan)) kin.emplace(commit, kinship);
    return watch.judge(plan, kin, kBegun + after);
  }

  TwinWatch watch{kStart, 60s};
};

TEST_CASE("a version of the same second as the begin counts by its fraction") {
  Watched one;
  auto soon = version(revision(kTheirs), 0s);
  soon.made_on.insert(soon.made_on.size() - 1, ".25");
  CHECK(one.watch.commits_in_question(plan_with(soon)) == std::set<std::string>{kTheirs});
  CHECK(one.judge(plan_with(soon), Kinship::apart) == Verdict::hold_back);
}

TEST_CASE("nobody is a twin who made nothing, or made it before this daemon began") {
  Watched one;
  Plan plan;
  plan.workers = {worker_change("web")};
  CHECK(one.judge(plan, Kinship::apart) == Verdict::go_on);
  for (const auto before : {0s, -1s, -3600s}) {
    const auto old = plan_with(version(revision(kTheirs), before));
    CHECK(one.watch.commits_in_question(old).empty());
    CHECK(one.judge(old, Kinship::apart) == Verdict::go_on);
  }
  auto timeless = version(revision(kTheirs));
  timeless.made_on = "";
  CHECK(one.judge(plan_with(timeless), Kinship::apart) == Verdict::go_on);
}

TEST_CASE("a version of the same or an older revision is written over at once") {
  Watched one;
  CHECK(one.watch.commits_in_question(plan_with(version(revision(kOurs)))).empty());
  CHECK(one.judge(plan_with(version("sha1:" + kOurs)), Kinship::unknown) == Verdict::go_on);
  CHECK(one.judge(plan_with(version(revision(kTheirs))), Kinship::older) == Verdict::go_on);
  CHECK(one.watch.may_write(plan_with(version(revision(kTheirs)))));
}

TEST_CASE("a version of a revision that was in force here is written over: the branch was put back") {
  Watched one;
  one.watch.in_force(revision(kTheirs));
  one.watch.in_force(revision(std::string(40, 'c')));
  CHECK(one.judge(plan_with(version(revision(kTheirs))), Kinship::newer) == Verdict::go_on);
}

TEST_CASE("whoever may be ahead is looked for in the repository first, once") {
  for (const auto kinship : {Kinship::newer, Kinship::unknown}) {
    Watched one;
    const auto plan = plan_with(version(revision(kTheirs)));
    CHECK(one.watch.commits_in_question(plan) == std::set<std::string>{kTheirs});
    CHECK(one.judge(plan, kinship) == Verdict::fetch_first);
    SUBCASE("and is ours then") {
      one.watch.in_force(revision(kTheirs));
      CHECK(one.judge(plan, kinship) == Verdict::go_on);
    }
    SUBCASE("and is held back if it is not") {
      CHECK(one.judge(plan, kinship) == Verdict::hold_back);
      CHECK(one.judge(plan, kinship, 1s) == Verdict::hold_back);
    }
  }
}

TEST_CASE("a version of no commit is looked for once as well") {
  Watched one;
  CHECK(one.judge(plan_with(version("folder")), Kinship::apart) == Verdict::fetch_first);
  CHECK(one.judge(plan_with(version("folder")), Kinship::apart) == Verdict::hold_back);
  CHECK(one.judge(plan_with(version("folder", 11s)), Kinship::apart) == Verdict::fetch_first);
}

TEST_CASE("another branch is held back until it was silent, each time for twice as long") {
  Watched one;
  const auto first = plan_with(version(revision(kTheirs), 10s));
  const auto second = plan_with(version(revision(kTheirs), 90s));
  CHECK(one.judge(first, Kinship::apart) == Verdict::hold_back);
  CHECK(one.judge(first, Kinship::apart, 59s) == Verdict::hold_back);
  CHECK(one.judge(first, Kinship::apart, 60s) == Verdict::go_on);
  CHECK(one.judge(Plan(), Kinship::apart, 61s) == Verdict::go_on);
  // It is there again.
  CHECK(one.judge(second, Kinship::apart, 62s) == Verdict::hold_back);
  CHECK(one.judge(second, Kinship::apart, 62s + 119s) == Verdict::hold_back);
  CHECK(one.judge(second, Kinship::apart, 62s + 120s) == Verdict::go_on);
}

TEST_CASE("a new version of the twin begins the silence anew") {
  Watched one;
  CHECK(one.judge(plan_with(version(revision(kTheirs), 10s)), Kinship::apart) == Verdict::hold_back);
  CHECK(one.judge(plan_with(version(revision(kTheirs), 20s)), Kinship::apart, 50s) == Verdict::hold_back);
  CHECK(one.judge(plan_with(version(revision(kTheirs), 20s)), Kinship::apart, 109s) == Verdict::hold_back);
  CHECK(one.judge(plan_with(version(revision(kTheirs), 20s)), Kinship::apart, 110s) == Verdict::go_on);
}

TEST_CASE("a plan that was made anew within a pass is carried out only if it replaces nothing new") {
  Watched one;
  CHECK(one.judge(Plan(), Kinship::apart) == Verdict::go_on);
  CHECK(one.watch.may_write(Plan()));
  CHECK_FALSE(one.watch.may_write(plan_with(version(revision(kTheirs)))));
}

TEST_CASE("what is held back says who, and how it ends") {
  Watched one;
  auto plan = plan_with(version(revision(kTheirs)));
  REQUIRE(one.judge(plan, Kinship::apart) == Verdict::hold_back);
  plan.workers.push_back(worker_change("drifted"));
  plan.workers.back().block = Block{Reason::drifted, "", ""};
  plan.workers.push_back(worker_change("foreign"));
  plan.workers.back().block = Block{Reason::ownership_conflict, "", ""};
  plan.workers.emplace_back();
  plan.workers.back().exposure.emplace_back();
  plan.workers.back().exposure.back().call = PlannedCall();
  plan.zone_workers.emplace_back();
  plan.zone_workers.back().calls.emplace_back();
  hold_back(plan, one.watch.block());
  CHECK_FALSE(plan.has_writes());
  CHECK(plan.workers[0].block->reason == Reason::twin_daemon);
  CHECK(plan.workers[0].block->message ==
        "another daemon, or an apply, of the same instance and source made the live version of worker.web, at revision "
        "main@sha1:" +
            kTheirs + ". That revision is not in the history of the one in force here");
  CHECK(plan.workers[0].block->override_with.ends_with("once no such version was made for 1 min"));
  CHECK(plan.workers[1].block->reason == Reason::twin_daemon);
  CHECK(plan.workers[2].block->reason == Reason::twin_daemon);
  CHECK(plan.workers[3].block->reason == Reason::ownership_conflict);
  CHECK_FALSE(plan.workers[4].block);
  CHECK(plan.workers[4].exposure[0].block->reason == Reason::twin_daemon);
  CHECK(plan.zone_workers[0].block->reason == Reason::twin_daemon);
}

TEST_CASE("the commit of a revision") {
  CHECK(commit_of("main@sha1:" + kOurs) == kOurs);
  CHECK(commit_of("sha1:" + kOurs) == kOurs);
  CHECK(commit_of("folder").empty());
}

}  // namespace
}  // namespace plumbline::daemon
