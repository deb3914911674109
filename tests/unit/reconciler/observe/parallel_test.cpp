#include "reconciler/observe/parallel.h"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>

namespace plumbline::reconciler {
namespace {

net::Awaitable<> nothing() {
  co_return;
}

net::Awaitable<> take_ends(TaskGroup* group, std::size_t count, std::size_t* taken) {
  for (; *taken < count; ++*taken) co_await group->next_end();
}

TEST_CASE("each task that has ended is told, however many end before the first is asked for") {
  boost::asio::io_context io;
  TaskGroup group(io.get_executor());
  constexpr std::size_t kTasks = 20;
  for (std::size_t i = 0; i < kTasks; ++i) group.start(nothing());
  io.run();
  std::size_t taken = 0;
  boost::asio::co_spawn(io, take_ends(&group, kTasks, &taken), boost::asio::detached);
  io.restart();
  io.run();
  CHECK(taken == kTasks);
}

}  // namespace
}  // namespace plumbline::reconciler
