#include "api/pacer.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <utility>

namespace plumbline::api {

namespace asio = boost::asio;

using Clock = PacingWindow::Clock;

struct Pacer::State : std::enable_shared_from_this<State> {
  State(const net::Executor& executor, PacingOptions options) : window(options), alarm(executor) {}

  // Lets in whoever may start now, and sets the alarm for the next.
  void advance();
  void set_alarm(std::optional<PacingWindow::TimePoint> time);
  std::list<Queued*>::iterator next();

  PacingWindow window;
  bool stopped = false;
  std::list<Queued*> queue;
  asio::steady_timer alarm;
};

// One who waits. Leaves the queue, or the turn that it was given and never took, when its coroutine
// is destroyed.
class Pacer::Queued {
 public:
  Queued(std::shared_ptr<State> state, Priority priority)
      : state_(std::move(state)),
        priority_(priority),
        wake_(state_->alarm.get_executor(), asio::steady_timer::time_point::max()) {
    state_->queue.push_back(this);
  }

  ~Queued() {
    if (admitted_) {
      state_->window.withdrawn();
      state_->advance();
    } else {
      state_->queue.remove(this);
    }
  }

  Queued(const Queued&) = delete;
  Queued& operator=(const Queued&) = delete;

  [[nodiscard]] Priority priority() const { return priority_; }
  [[nodiscard]] bool admitted() const { return admitted_; }

  net::Awaitable<> wait() { co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable)); }

  void wake() { wake_.cancel(); }

  void admit() {
    admitted_ = true;
    wake();
  }

  std::optional<Turn> take() {
    if (!std::exchange(admitted_, false)) return std::nullopt;
    return Turn(state_);
  }

 private:
  std::shared_ptr<State> state_;
  Priority priority_;
  asio::steady_timer wake_;
  bool admitted_ = false;
};

void Pacer::State::advance() {
  while (!queue.empty()) {
    const auto first = next();
    const auto verdict = window.admit((*first)->priority(), Clock::now());
    if (!verdict.admitted) {
      set_alarm(verdict.again);
      return;
    }
    Queued* const admitted = *first;
    queue.erase(first);
    admitted->admit();
  }
  set_alarm(std::nullopt);
}

void Pacer::State::set_alarm(std::optional<PacingWindow::TimePoint> time) {
  alarm.cancel();
  if (!time) return;
  alarm.expires_at(*time);
  alarm.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto state = weak.lock()) state->advance();
  });
}

std::list<Pacer::Queued*>::iterator Pacer::State::next() {
  const auto urgent =
      std::ranges::find_if(queue, [](const Queued* waiting) { return waiting->priority() != Priority::audit; });
  return urgent == queue.end() ? queue.begin() : urgent;
}

Pacer::Turn::Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}

Pacer::Turn::~Turn() {
  end();
}

void Pacer::Turn::end() {
  if (const auto state = std::exchange(state_, nullptr)) {
    state->window.answered(Clock::now());
    state->advance();
  }
}

void Pacer::Turn::withdraw() {
  if (const auto state = std::exchange(state_, nullptr)) {
    state->window.withdrawn();
    state->advance();
  }
}

Pacer::Pacer(const net::Executor& executor, PacingOptions options)
    : state_(std::make_shared<State>(executor, options)) {}

Pacer::~Pacer() {
  stop();
}

net::Awaitable<std::optional<Pacer::Turn>> Pacer::turn(Priority priority) {
  return wait(state_, priority);
}

void Pacer::block_for(std::chrono::milliseconds wait) {
  state_->window.block_until(Clock::now() + wait);
}

void Pacer::hint(const RateHint& hint) {
  state_->window.hint(hint, Clock::now());
}

void Pacer::stop() {
  state_->stopped = true;
  state_->set_alarm(std::nullopt);
  for (Queued* waiting : state_->queue) waiting->wake();
}

PacingWindow& Pacer::window() {
  return state_->window;
}

net::Awaitable<std::optional<Pacer::Turn>> Pacer::wait(std::shared_ptr<State> state, Priority priority) {
  if (state->stopped) co_return std::nullopt;
  Queued queued(state, priority);
  state->advance();
  if (!queued.admitted()) co_await queued.wait();
  if (state->stopped) co_return std::nullopt;
  co_return queued.take();
}

}  // namespace plumbline::api
