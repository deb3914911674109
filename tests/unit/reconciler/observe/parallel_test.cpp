#include "reconciler/observe/parallel.h"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace plumbline::reconciler {
namespace {

using net::Awaitable;

Awaitable<> nothing() {
  co_return;
}

Awaitable<> fault() {
  throw std::runtime_error("a task has failed");
  co_return;
}

TEST_SUITE_BEGIN("tasks side by side");

TEST_CASE("no end is lost, however many tasks end before anybody asks") {
  boost::asio::io_context io;
  TaskGroup group(io.get_executor());
  constexpr std::size_t kTasks = 100;
  for (std::size_t i = 0; i < kTasks; ++i) group.start(nothing());
  io.run();
  std::size_t ends = 0;
  boost::asio::co_spawn(
      io,
      [](TaskGroup* tasks, std::size_t* count) -> Awaitable<> {
        while (*count < kTasks) {
          co_await tasks->next_end();
          ++*count;
        }
      }(&group, &ends),
      boost::asio::detached);
  io.restart();
  io.run();
  CHECK(ends == kTasks);
}

TEST_CASE("the first fault is thrown once every task has ended") {
  boost::asio::io_context io;
  std::vector<Awaitable<>> tasks;
  tasks.push_back(nothing());
  tasks.push_back(fault());
  tasks.push_back(nothing());
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, all_of(std::move(tasks)), [&thrown](const std::exception_ptr& error) { thrown = error; });
  io.run();
  REQUIRE(thrown);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(thrown), "a task has failed", std::runtime_error);
}

TEST_SUITE_END();

}  // namespace
}  // namespace plumbline::reconciler
