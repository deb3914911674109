#include "daemon/commands/confirm.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

using Kind = Consent::Kind;

reconciler::Plan plan_with_writes() {
  reconciler::WorkerChange change;
  change.name = "a";
  change.action = reconciler::Action::create;
  change.calls.emplace_back();
  reconciler::Plan plan;
  plan.workers.push_back(std::move(change));
  plan.digest = "sha256:aaaa";
  return plan;
}

TEST_CASE("a plan that writes asks at a terminal") {
  CHECK(consent_for(plan_with_writes(), Approval::ask, "", Terminal::present).kind == Kind::ask);
}

TEST_CASE("without a terminal nothing is applied that was not approved") {
  const auto consent = consent_for(plan_with_writes(), Approval::ask, "", Terminal::absent);
  CHECK(consent.kind == Kind::refuse);
  CHECK(consent.message.find("--yes") != std::string::npos);
  CHECK(consent_for(plan_with_writes(), Approval::given, "", Terminal::absent).kind == Kind::go);
}

TEST_CASE("a plan without writes needs nobody") {
  CHECK(consent_for({}, Approval::ask, "", Terminal::absent).kind == Kind::nothing_to_do);
}

TEST_CASE("a digest lets that very plan pass and no other, however it is approved") {
  CHECK(consent_for(plan_with_writes(), Approval::given, "sha256:aaaa", Terminal::absent).kind == Kind::go);
  const auto changed = consent_for(plan_with_writes(), Approval::given, "sha256:bbbb", Terminal::present);
  CHECK(changed.kind == Kind::refuse);
  CHECK(changed.message.find("sha256:aaaa") != std::string::npos);
}

TEST_CASE("a digest does not stand for an approval") {
  CHECK(consent_for(plan_with_writes(), Approval::ask, "sha256:aaaa", Terminal::absent).kind == Kind::refuse);
}

TEST_CASE("the digest of an incomplete plan approves nothing") {
  auto plan = plan_with_writes();
  plan.complete = false;
  CHECK(consent_for(plan, Approval::given, "sha256:aaaa", Terminal::present).kind == Kind::refuse);
  CHECK(consent_for(plan, Approval::given, "", Terminal::present).kind == Kind::go);
}

TEST_CASE("only yes is yes") {
  CHECK(is_yes("yes"));
  CHECK(is_yes("  yes \r\n"));
  for (const auto* answer : {"", "y", "Yes", "YES", "yes!", "no", "yes yes"}) CHECK(!is_yes(answer));
}

}  // namespace
}  // namespace plumbline::daemon
