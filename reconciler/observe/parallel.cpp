#include "reconciler/observe/parallel.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace plumbline::reconciler {

namespace asio = boost::asio;

TaskGroup::TaskGroup(const net::Executor& executor) : executor_(executor), signal_(executor, 1) {}

void TaskGroup::start(net::Awaitable<> task) {
  asio::co_spawn(executor_, std::move(task), [this](const std::exception_ptr& error) {
    if (error && !first_) first_ = error;
    ++ends_;
    signal_.try_send(boost::system::error_code());
  });
}

net::Awaitable<> TaskGroup::next_end() {
  while (ends_ == 0) co_await signal_.async_receive(asio::as_tuple(asio::use_awaitable));
  --ends_;
}

void TaskGroup::rethrow() const {
  if (first_) std::rethrow_exception(first_);
}

net::Awaitable<> run_some(std::vector<net::Awaitable<>> tasks, std::size_t at_a_time, std::function<bool()> goes_on) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  TaskGroup group(co_await asio::this_coro::executor);
  std::size_t running = 0;
  auto next = tasks.begin();
  while (true) {
    const bool stops = group.has_failed() || (goes_on && !goes_on());
    for (; !stops && running < at_a_time && next != tasks.end(); ++next, ++running) group.start(std::move(*next));
    if (running == 0) break;
    co_await group.next_end();
    --running;
  }
  group.rethrow();
}

net::Awaitable<> all_of(std::vector<net::Awaitable<>> tasks) {
  if (tasks.empty()) co_return;
  if (tasks.size() == 1) {
    co_await std::move(tasks.front());
    co_return;
  }
  // The tasks refer to data of the caller, so this waits until the last one has ended.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  TaskGroup group(co_await asio::this_coro::executor);
  for (auto& task : tasks) group.start(std::move(task));
  for (std::size_t i = 0; i < tasks.size(); ++i) co_await group.next_end();
  group.rethrow();
}

}  // namespace plumbline::reconciler
