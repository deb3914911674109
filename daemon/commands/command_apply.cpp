#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <ostream>
#include <utility>

#include "base/text.h"
#include "daemon/commands/apply_progress.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/confirm.h"
#include "daemon/commands/report.h"
#include "daemon/commands/session.h"
#include "daemon/commands/ticker.h"
#include "daemon/exit_code.h"
#include "reconciler/plan/render.h"

namespace plumbline::daemon {
namespace {

// One run of `plumbline apply`: plan, show, ask, apply, report.
class Apply {
 public:
  Apply(const ApplyCommand& command, const Console& console, Session* session)
      : command_(command), console_(console), session_(session), json_(command.select.output == OutputFormat::json) {}

  Awaitable<int> run();

 private:
  Awaitable<Result<reconciler::Plan, CommandFailure>> make_plan();
  void show(const reconciler::Plan& plan) const;
  [[nodiscard]] bool may_go_on(const reconciler::Plan& plan) const;
  [[nodiscard]] int refuse(const reconciler::Plan& plan, const std::string& why) const;
  Awaitable<int> carry_out(reconciler::Plan plan);
  [[nodiscard]] int tell(const reconciler::Plan& plan, const reconciler::ApplyReport& report) const;
  void stop_on_signal(boost::asio::signal_set& signals);

  const ApplyCommand& command_;
  const Console& console_;
  Session* session_;
  bool json_;
  bool stopping_ = false;
};

Awaitable<Result<reconciler::Plan, CommandFailure>> Apply::make_plan() {
  const Ticker ticker(session_->io().get_executor(), console_.err, [this] { return session_->doing(); });
  auto opened = co_await session_->open();
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  co_return co_await session_->plan(command_.select, command_.digest);
}

Awaitable<int> Apply::run() {
  const auto fail_with = [this](const CommandFailure& failure) {
    return report_failure(console_.out, console_.err, command_.select.output, failure);
  };
  auto plan = co_await make_plan();
  if (!plan) {
    co_await session_->close();
    co_return fail_with(plan.error());
  }
  show(*plan);
  const auto code = co_await carry_out(std::move(*plan));
  co_await session_->close();
  co_return code;
}

void Apply::show(const reconciler::Plan& plan) const {
  print_diagnostics(console_.err, plan.diagnostics);
  if (json_) return;
  console_.out << reconciler::render_text(plan, console_.colour ? reconciler::Colour::on : reconciler::Colour::off)
               << std::flush;
}

int Apply::refuse(const reconciler::Plan& plan, const std::string& why) const {
  console_.err << "plumbline apply: " << why << "\nNothing was changed.\n";
  if (json_) {
    auto document = reconciler::render_json(plan);
    document.get_object()["errored"] = true;
    document.get_object()["refused"] = why;
    console_.out << to_pretty_text(document);
  }
  return exit_code::kError;
}

Awaitable<int> Apply::carry_out(reconciler::Plan plan) {
  auto consent =
      consent_for(plan, command_.approval, command_.digest, console_.ask ? Terminal::present : Terminal::absent);
  if (consent.kind == Consent::Kind::ask) {
    const auto answer = console_.ask("\nApply these changes? Only `yes` does: ");
    const bool yes = answer && is_yes(*answer);
    consent = yes ? Consent{Consent::Kind::go, {}} : Consent{Consent::Kind::refuse, "not confirmed"};
  }
  if (consent.kind == Consent::Kind::refuse) co_return refuse(plan, consent.message);
  if (consent.kind == Consent::Kind::nothing_to_do) co_return tell(plan, {});

  boost::asio::signal_set signals(session_->io(), SIGINT, SIGTERM);
  stop_on_signal(signals);
  reconciler::ApplyOptions options;
  options.stopping = [this] { return stopping_; };
  auto& out = json_ ? console_.err : console_.out;
  const auto print = [&out](const std::vector<std::string>& lines) {
    for (const auto& line : lines) out << line << '\n';
    out << std::flush;
  };
  ApplyProgress progress(plan, std::chrono::steady_clock::now());
  options.progress = [this, &progress, &print](const reconciler::WorkerResult& result) {
    if (stopping_) progress.stop();
    print(progress.ended(result));
  };
  options.exposure_progress = [this, &progress, &print](const reconciler::AddressedResult& result) {
    if (stopping_) progress.stop();
    print(progress.ended(result));
  };
  reconciler::ApplyReport report;
  {
    const Ticker ticker(session_->io().get_executor(), console_.err, [this, &progress] {
      return progress.line(std::chrono::steady_clock::now(), session_->waits_until());
    });
    report = co_await session_->apply(plan, std::move(options));
  }
  signals.cancel();
  if (const auto left = progress.left_line(); !left.empty()) console_.err << left << '\n';
  co_return tell(plan, report);
}

void Apply::stop_on_signal(boost::asio::signal_set& signals) {
  signals.async_wait([this, &signals](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ = true;
    session_->stop_waiting();
    console_.err << "Stopping after the calls under way. Interrupt again to stop at once.\n";
    // Without our handler, the next signal has its default effect.
    signals.clear();
  });
}

int Apply::tell(const reconciler::Plan& plan, const reconciler::ApplyReport& report) const {
  const bool held_back = plan.has_blocks() || (plan.policy == reconciler::Prune::report && plan.has_changes());
  const bool complete = !report.failed() && !held_back && !plan.errored;
  for (const auto& line : blocked_lines(plan)) console_.err << line << '\n';
  if (plan.policy == reconciler::Prune::report && plan.has_changes()) {
    console_.err << "The policy is report: nothing was written. Apply with --policy upsert-only or sync.\n";
  }
  if (json_) {
    auto document = reconciler::render_json(plan);
    document.get_object()["errored"] = !complete;
    document.get_object()["apply"] = apply_document(report, complete);
    console_.out << to_pretty_text(document);
  } else {
    console_.out << '\n' << apply_line(report, complete) << '\n';
  }
  return complete ? exit_code::kSuccess : exit_code::kError;
}

}  // namespace

int run_apply(const ApplyCommand& command, const Console& console) {
  return run_in_session<Apply>(command, console);
}

}  // namespace plumbline::daemon
