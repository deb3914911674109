#include "reconciler/observe/parallel.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace plumbline::reconciler {

net::Awaitable<> all_of(std::vector<net::Awaitable<>> tasks) {
  namespace asio = boost::asio;
  if (tasks.empty()) co_return;
  if (tasks.size() == 1) {
    co_await std::move(tasks.front());
    co_return;
  }
  // The tasks refer to data of the caller, so this waits until the last one has ended.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const auto executor = co_await asio::this_coro::executor;
  // There is room for every result, so that no task waits for a receiver.
  using Ended = asio::experimental::channel<void(boost::system::error_code)>;
  Ended ended(executor, tasks.size());
  std::exception_ptr first;
  for (auto& task : tasks) {
    asio::co_spawn(executor, std::move(task), [&ended, &first](const std::exception_ptr& error) {
      if (error && !first) first = error;
      ended.try_send(boost::system::error_code());
    });
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    co_await ended.async_receive(asio::as_tuple(asio::use_awaitable));
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace plumbline::reconciler
