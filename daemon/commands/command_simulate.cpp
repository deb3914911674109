#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <ostream>

#include "base/text.h"
#include "daemon/blocking.h"
#include "daemon/commands/commands.h"
#include "daemon/exit_code.h"
#include "simulator/simulator.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

net::Awaitable<int> serve(asio::io_context* io, const simulator::Options* options, const Console* console) {
  asio::signal_set signals(*io, SIGINT, SIGTERM);
  auto simulator = simulator::start_simulator(io->get_executor(), *options);
  if (!simulator) {
    console->err << "plumbline simulate: " << printable(simulator.error().message) << '\n';
    co_return exit_code::kError;
  }
  if (const auto exposure = (*simulator)->exposure(); !exposure.empty()) {
    console->err << "plumbline simulate: warning: " << exposure << '\n' << std::flush;
  }
  // The program that started it waits for this line to learn the address.
  if (!(console->out << (*simulator)->ready_line() << '\n' << std::flush)) co_return exit_code::kError;
  co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  co_await (*simulator)->stop();
  co_return exit_code::kSuccess;
}

}  // namespace

int run_simulate(const SimulateCommand& command, const Console& console) {
  asio::io_context io(1);
  return run_until_done(io, serve(&io, &command.options, &console));
}

}  // namespace plumbline::daemon
