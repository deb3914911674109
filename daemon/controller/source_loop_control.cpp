#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/controller/source_loop.h"
#include "net/await.h"

// What persons ask of a source, and what they are told.
namespace plumbline::daemon {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// `2026-10-01T12:00:00.000000042Z`: as text, later times are greater.
std::string fine_time() {
  const auto now = system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(system_clock::to_time_t(seconds)), rest);
}

}  // namespace

void SourceLoop::retire() {
  retired_ = true;
  wake();
}

std::string SourceLoop::ask_reconcile() {
  asked_ = std::max(fine_time(), asked_ + (asked_.empty() ? "" : "0"));
  schedule_.ask_fetch(Clock::now());
  // Whoever asks wants to be told of what is there now.
  memory_.settled.reset();
  wake();
  return asked_;
}

void SourceLoop::look_again() {
  schedule_.look_again(Clock::now());
  wake();
}

Awaitable<> SourceLoop::catch_up() {
  constexpr auto kLongest = 5s;
  constexpr auto kLook = 20ms;
  if (!is_behind_) co_return;
  look_again();
  const auto end = Clock::now() + kLongest;
  while (is_behind_ && !is_stopping() && Clock::now() < end) {
    boost::asio::steady_timer timer(context_->io, kLook);
    co_await timer.async_wait(net::kAwait);
  }
}

void SourceLoop::ask_revert(std::set<std::string> workers) {
  revert_.merge(std::move(workers));
  memory_.settled.reset();
  schedule_.passed(Clock::now(), std::nullopt, PassEnd::interrupted);
  wake();
}

void SourceLoop::decided() {
  decisions_moved_ = true;
  wake();
}

// Returns whether anything is otherwise than the last pass found it.
bool SourceLoop::take_decisions() {
  decisions_moved_ = false;
  auto now = context_->decisions->of(config_.name, system_clock::now());
  if (config_.suspend && !now.suspension) {
    now.suspension = Suspension{.reason = {}, .since = started_, .by = Suspension::By::configuration};
  }
  if (now == decided_) return false;
  decided_ = std::move(now);
  status_.suspend(decided_.suspension);
  metrics_->suspended(decided_.suspension.has_value());
  return true;
}

reconciler::Policy SourceLoop::decided_policy() const {
  auto policy = access_.policy();
  if (decided_.suspension) policy.prune = reconciler::Prune::report;
  for (const auto& [name, suspension] : decided_.workers) policy.suspended.emplace(name, describe(suspension));
  policy.approved = decided_.approved;
  policy.revert = reverting_;
  return policy;
}

void SourceLoop::handled(const std::string& asked) {
  if (asked.empty()) return;
  status_.handled(asked);
  context_->moved();
}

// What was asked for while a pass went on is not answered by that one.
void SourceLoop::look_at_asked(const std::string& answered) {
  const bool is_all_known = std::ranges::includes(reverting_, revert_);
  if (fetch_ended_ != answered || !is_all_known) schedule_.passed(Clock::now(), std::nullopt, PassEnd::interrupted);
}

void SourceLoop::tell_events(const PassReport& report) {
  for (auto& event : events_.of(report)) {
    event.source = config_.name;
    context_->events->add(std::move(event));
  }
}

// Not twice in a row.
void SourceLoop::say(std::string_view type, std::string message) {
  if (!events_.is_new(type, message)) return;
  Event event{.type = type, .source = config_.name, .message = std::move(message)};
  if (source_.desired()) event.revision = source_.desired()->revision;
  context_->events->add(std::move(event));
}

}  // namespace plumbline::daemon
