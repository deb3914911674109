#include <ostream>
#include <utility>

#include "daemon/blocking.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/session.h"
#include "daemon/commands/ticker.h"
#include "daemon/exit_code.h"
#include "reconciler/plan/render.h"

namespace plumbline::daemon {
namespace {

int exit_code_of(const reconciler::Plan& plan, ExitStyle style) {
  if (plan.errored) return exit_code::kError;
  return style == ExitStyle::detailed && plan.has_changes() ? exit_code::kChanges : exit_code::kSuccess;
}

reconciler::CommentKey key_of(const Selection& selection) {
  return {.owner = {.instance = selection.config.instance, .source = selection.source},
          .environment = selection.config.sources.at(selection.source).environment};
}

// A failure is reported in the comment as well, because a reviewer sees no log.
int fail_plan(const PlanCommand& command, const Console& console, const reconciler::CommentKey& key,
              const CommandFailure& failure) {
  const auto format = command.select.output;
  if (format == OutputFormat::markdown) console.out << reconciler::render_markdown(key, failure.diagnostics);
  return report_failure(console.out, console.err, format, failure);
}

void write(const reconciler::Plan& plan, OutputFormat format, const Console& console) {
  switch (format) {
    case OutputFormat::json:
      console.out << to_pretty_text(reconciler::render_json(plan));
      return;
    case OutputFormat::markdown:
      console.out << reconciler::render_markdown(plan);
      return;
    case OutputFormat::text:
      console.out << reconciler::render_text(plan, console.colour ? reconciler::Colour::on : reconciler::Colour::off);
      return;
  }
}

Awaitable<Result<reconciler::Plan, CommandFailure>> make_plan(Session* session, const SelectOptions* options,
                                                              std::ostream* err) {
  const Ticker ticker(session->io().get_executor(), *err, [session] { return session->doing(); });
  auto opened = co_await session->open();
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  auto plan = co_await session->plan(*options, {});
  co_await session->close();
  co_return plan;
}

}  // namespace

int run_plan(const PlanCommand& command, const Console& console) {
  auto selection = select_source(command.select, Needs::account, console.environment);
  if (!selection) {
    const reconciler::CommentKey key{owner_of(command.select), command.select.environment.value_or("")};
    return fail_plan(command, console, key, {selection.error(), exit_code::kConfiguration});
  }
  const auto key = key_of(*selection);
  Session session(std::move(*selection), reconciler::JournalMode::read_only, console.environment, console.logger);
  const auto plan = run_until_done(session.io(), make_plan(&session, &command.select, &console.err));
  if (!plan) return fail_plan(command, console, key, plan.error());
  print_diagnostics(console.err, plan->diagnostics);
  write(*plan, command.select.output, console);
  return exit_code_of(*plan, command.exit_style);
}

}  // namespace plumbline::daemon
