#include "net/deadline.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "net/byte_stream.h"

namespace plumbline::net {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Clock::time_point kNever = Clock::time_point::max();

}  // namespace

struct Deadline::State : std::enable_shared_from_this<State> {
  State(const Executor& executor, std::function<void()> expiry) : timer(executor), on_expiry(std::move(expiry)) {}

  // Makes sure that the timer fires no later than the deadline.
  void arm() {
    if (deadline >= armed) return;
    armed = deadline;
    timer.expires_at(armed);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (error) return;
      if (const auto state = weak.lock()) state->fired();
    });
  }

  void fired() {
    armed = kNever;
    if (Clock::now() < deadline) {
      arm();
    } else if (on_expiry) {
      on_expiry();
    }
  }

  asio::steady_timer timer;
  std::function<void()> on_expiry;
  Clock::time_point deadline = kNever;
  Clock::time_point armed = kNever;
};

Deadline::Deadline(const Executor& executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

Deadline::~Deadline() {
  state_->on_expiry = nullptr;
  state_->timer.cancel();
}

void Deadline::expires_after(std::chrono::milliseconds timeout) {
  if (timeout == kNoDeadline) {
    // The timer is cancelled as well: an idle connection must not keep an io_context running.
    state_->deadline = kNever;
    state_->armed = kNever;
    state_->timer.cancel();
    return;
  }
  state_->deadline = Clock::now() + timeout;
  state_->arm();
}

bool Deadline::passed() const {
  return state_->deadline != kNever && Clock::now() >= state_->deadline;
}

}  // namespace plumbline::net
