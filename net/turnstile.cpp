#include "net/turnstile.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <utility>

namespace plumbline::net {

struct Turnstile::State {
  // Passes the place on to the first who waits. The place never counts as free in between, so that nobody can overtake.
  void leave();

  Executor executor;
  std::size_t free = 0;
  bool closed = false;
  std::list<Queued*> queue;
};

// One coroutine that waits. When it is destroyed, it leaves the queue, or gives back the place that it was given and
// never took.
class Turnstile::Queued {
 public:
  explicit Queued(std::shared_ptr<State> state)
      : state_(std::move(state)), wake_(state_->executor, asio::steady_timer::time_point::max()) {
    state_->queue.push_back(this);
  }

  ~Queued() {
    if (admitted_) {
      state_->leave();
    } else {
      state_->queue.remove(this);
    }
  }

  Queued(const Queued&) = delete;
  Queued& operator=(const Queued&) = delete;

  Awaitable<> wait() { co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable)); }

  void wake() { wake_.cancel(); }

  void admit() {
    admitted_ = true;
    wake();
  }

  std::optional<Place> take() {
    if (!std::exchange(admitted_, false)) return std::nullopt;
    return Place(state_);
  }

 private:
  std::shared_ptr<State> state_;
  asio::steady_timer wake_;
  bool admitted_ = false;
};

void Turnstile::State::leave() {
  if (queue.empty()) {
    ++free;
    return;
  }
  Queued* const next = queue.front();
  queue.pop_front();
  next->admit();
}

Turnstile::Place::Place(std::shared_ptr<State> state) : state_(std::move(state)) {}

Turnstile::Place::~Place() {
  if (state_) state_->leave();
}

Turnstile::Turnstile(Executor executor, std::size_t places)
    : state_(std::make_shared<State>(std::move(executor), places)) {}

Turnstile::~Turnstile() {
  close();
}

Awaitable<std::optional<Turnstile::Place>> Turnstile::enter() {
  return wait(state_);
}

void Turnstile::close() {
  state_->closed = true;
  for (Queued* waiting : state_->queue) waiting->wake();
}

Awaitable<std::optional<Turnstile::Place>> Turnstile::wait(std::shared_ptr<State> state) {
  if (state->closed) co_return std::nullopt;
  if (state->free > 0) {
    --state->free;
    co_return Place(state);
  }
  Queued queued(state);
  co_await queued.wait();
  if (state->closed) co_return std::nullopt;
  co_return queued.take();
}

}  // namespace plumbline::net
