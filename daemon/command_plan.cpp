#include <ostream>
#include <utility>

#include "daemon/blocking.h"
#include "daemon/commands.h"
#include "daemon/exit_code.h"
#include "daemon/plan_session.h"
#include "daemon/report.h"
#include "reconciler/render.h"

namespace plumbline::daemon {
namespace {

int exit_code_of(const reconciler::Plan& plan, ExitStyle style) {
  if (plan.errored) return exit_code::kError;
  return style == ExitStyle::detailed && plan.has_changes() ? exit_code::kChanges : exit_code::kSuccess;
}

Awaitable<Result<reconciler::Plan, CommandFailure>> make_plan(PlanSession* session, const SelectOptions* options) {
  auto opened = co_await session->open();
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  auto plan = co_await session->plan(*options, {});
  co_await session->close();
  co_return plan;
}

}  // namespace

int run_plan(const PlanCommand& command, const Console& console) {
  const auto format = command.select.output;
  auto selection = select_source(command.select, Needs::account, console.environment);
  if (!selection) {
    return report_failure(console.out, console.err, format, selection.error(), exit_code::kConfiguration);
  }
  PlanSession session(std::move(*selection), reconciler::JournalMode::read_only, console.environment, console.logger);
  const auto plan = run_until_done(session.io(), make_plan(&session, &command.select));
  if (!plan) {
    return report_failure(console.out, console.err, format, plan.error().diagnostics, plan.error().exit_code);
  }
  print_diagnostics(console.err, plan->diagnostics);
  if (format == OutputFormat::json) {
    console.out << to_pretty_text(reconciler::render_json(*plan));
  } else {
    console.out << reconciler::render_text(*plan, console.colour ? reconciler::Colour::on : reconciler::Colour::off);
  }
  return exit_code_of(*plan, command.exit_style);
}

}  // namespace plumbline::daemon
