#include "api/pacer.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <iterator>
#include <list>
#include <random>
#include <utility>

#include "net/run_on.h"

namespace plumbline::api {

namespace asio = boost::asio;

using Clock = PacingWindow::Clock;

namespace {

// How long changes may wait until the ledger is told: then others see what is used.
constexpr auto kNews = std::chrono::seconds(2);

// An id that tells the pacers of a host apart.
std::uint64_t random_process() {
  std::random_device device;
  const auto high = std::uint64_t{device()} << 32U;
  return (high | device()) | 1U;
}

}  // namespace

struct Pacer::State : std::enable_shared_from_this<State> {
  State(const net::Executor& executor, PacingOptions options)
      : window(options), alarm(executor), news(executor), settled(executor) {}

  // Admits all calls that may start now, then sets the alarm for the next one.
  void advance();
  void set_alarm(std::optional<PacingWindow::TimePoint> time);
  std::list<Queued*>::iterator next();

  // Requests to the store are sent and waited for beside the calls.
  void ask(std::size_t waiting, Priority priority);
  static net::Awaitable<> carry(std::shared_ptr<State> state, ReservationRequest request);
  void answered(plumbline::Result<Reservation> reservation);
  void await_news();

  PacingWindow window;
  BudgetWait budget_wait;
  bool stopped = false;
  std::list<Queued*> queue;
  TurnOrder order;
  asio::steady_timer alarm;

  std::shared_ptr<WindowStore> store;  // null: the budget is not shared
  net::Executor files;
  OnProblem on_problem;
  asio::steady_timer news;
  bool awaits_news = false;
  asio::steady_timer settled;  // cancelled when a request ends
};

// One call that waits. When its coroutine is destroyed, it leaves the queue, or gives back the turn that it was given
// and never took.
class Pacer::Queued {
 public:
  Queued(std::shared_ptr<State> state, TurnOrder::Waiting waiting)
      : state_(std::move(state)),
        waiting_(std::move(waiting)),
        wake_(state_->alarm.get_executor(), asio::steady_timer::time_point::max()),
        waited_before_(state_->budget_wait.total(Clock::now())) {
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

  [[nodiscard]] const TurnOrder::Waiting& waiting() const { return waiting_; }
  [[nodiscard]] bool admitted() const { return admitted_; }

  net::Awaitable<> wait() { co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable)); }

  void wake() { wake_.cancel(); }

  void admit(PacingWindow::TimePoint now) {
    admitted_ = true;
    waited_ = state_->budget_wait.total(now) - waited_before_;
    wake();
  }

  std::optional<Turn> take() {
    if (!std::exchange(admitted_, false)) return std::nullopt;
    return Turn(state_, waited_);
  }

 private:
  std::shared_ptr<State> state_;
  TurnOrder::Waiting waiting_;
  asio::steady_timer wake_;
  std::chrono::nanoseconds waited_before_;  // sum of the budget's waits when it came
  std::chrono::nanoseconds waited_{0};
  bool admitted_ = false;
};

void Pacer::State::advance() {
  while (!queue.empty()) {
    const auto first = next();
    const auto now = Clock::now();
    const auto verdict = window.admit((*first)->waiting().priority, now);
    budget_wait.begin(verdict.waits_for, now);
    if (verdict.needs_block) ask(queue.size(), (*first)->waiting().priority);
    if (!verdict.admitted) {
      set_alarm(verdict.again);
      return;
    }
    Queued* const admitted = *first;
    queue.erase(first);
    order.served(admitted->waiting().account);
    admitted->admit(now);
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

void Pacer::State::ask(std::size_t waiting, Priority priority) {
  asio::co_spawn(alarm.get_executor(), carry(shared_from_this(), window.next_request(waiting, priority, Clock::now())),
                 asio::detached);
}

net::Awaitable<> Pacer::State::carry(std::shared_ptr<State> state, ReservationRequest request) {
  auto reservation = co_await net::run_on(
      state->files, [store = state->store, request = std::move(request)] { return store->reserve(request); });
  state->answered(std::move(reservation));
}

void Pacer::State::answered(plumbline::Result<Reservation> reservation) {
  if (reservation) {
    window.granted(*reservation, Clock::now());
  } else {
    window.refused(Clock::now());
    if (on_problem) std::exchange(on_problem, nullptr)(reservation.error().message);
  }
  settled.cancel();
  await_news();
  advance();
}

// Reports answers and gives back an unused block a little later, not at each call.
void Pacer::State::await_news() {
  if (awaits_news || !window.has_news(Clock::now())) return;
  awaits_news = true;
  news.expires_after(kNews);
  news.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (error || !state) return;
    state->awaits_news = false;
    if (state->window.is_asking()) {
      state->await_news();
    } else {
      state->ask(0, Priority::apply);
    }
  });
}

std::list<Pacer::Queued*>::iterator Pacer::State::next() {
  auto first = queue.begin();
  for (auto later = std::next(first); later != queue.end(); ++later) {
    if (order.overtakes((*later)->waiting(), (*first)->waiting())) first = later;
  }
  return first;
}

Pacer::Turn::Turn(std::shared_ptr<State> state, std::chrono::nanoseconds waited_for_budget)
    : state_(std::move(state)), waited_for_budget_(waited_for_budget) {}

Pacer::Turn::~Turn() {
  end();
}

void Pacer::Turn::end() {
  if (const auto state = std::exchange(state_, nullptr)) {
    state->window.answered(Clock::now());
    state->await_news();
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

void Pacer::share(std::shared_ptr<WindowStore> store, net::Executor files, OnProblem on_problem) {
  state_->store = std::move(store);
  state_->files = std::move(files);
  state_->on_problem = std::move(on_problem);
  state_->window.share(random_process());
}

net::Awaitable<> Pacer::flush() {
  return flush(state_);
}

net::Awaitable<> Pacer::flush(std::shared_ptr<State> state) {
  while (state->window.is_asking()) {
    state->settled.expires_at(Clock::time_point::max());
    co_await state->settled.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (!state->store || !state->window.has_news(Clock::now())) co_return;
  co_await State::carry(state, state->window.next_request(0, Priority::apply, Clock::now()));
}

net::Awaitable<std::optional<Pacer::Turn>> Pacer::turn(TurnOrder::Waiting waiting) {
  return wait(state_, std::move(waiting));
}

bool Pacer::block_for(std::chrono::milliseconds told) {
  constexpr std::chrono::minutes kFirstLook{1};
  constexpr std::chrono::seconds kSame{1};  // calls that were sent together are answered together
  const auto now = Clock::now();
  const auto known = state_->window.blocked(now);
  const auto until = now + std::min<std::chrono::milliseconds>(told, kLongestBlock);
  const bool is_doubtful = !known && told > kLongestBlock;
  state_->window.block_until(until, is_doubtful ? std::optional(now + kFirstLook) : std::nullopt);
  return !known || until > *known + kSame;
}

std::optional<Clock::time_point> Pacer::unwanted() const {
  return state_->window.unwanted(Clock::now());
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

net::Awaitable<std::optional<Pacer::Turn>> Pacer::wait(std::shared_ptr<State> state, TurnOrder::Waiting waiting) {
  if (state->stopped) co_return std::nullopt;
  Queued queued(state, std::move(waiting));
  state->advance();
  if (!queued.admitted()) co_await queued.wait();
  if (state->stopped) co_return std::nullopt;
  co_return queued.take();
}

}  // namespace plumbline::api
