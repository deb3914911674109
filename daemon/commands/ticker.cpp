#include "daemon/commands/ticker.h"

#include <ostream>
#include <utility>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

constexpr std::chrono::seconds kFirst{1};
constexpr std::chrono::seconds kNext{10};

}  // namespace

// A wait that has ended already finds whether the ticker has gone.
struct Ticker::State {
  boost::asio::steady_timer timer;
  std::ostream& err;
  Line line;
  bool is_over = false;
};

Ticker::Ticker(const boost::asio::any_io_executor& executor, std::ostream& err, Line line)
    : state_(std::make_shared<State>(boost::asio::steady_timer(executor), err, std::move(line))) {
  wait(state_, kFirst);
}

Ticker::~Ticker() {
  state_->is_over = true;
  state_->timer.cancel();
}

void Ticker::wait(const std::shared_ptr<State>& state, std::chrono::seconds delay) {
  state->timer.expires_after(delay);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->is_over) return;
    const auto line = state->line();
    if (!line.empty()) state->err << printable(line) << '\n' << std::flush;
    wait(state, kNext);
  });
}

}  // namespace plumbline::daemon
