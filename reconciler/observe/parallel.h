#pragma once

#include <boost/asio/experimental/channel.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

#include "net/awaitable.h"

namespace plumbline::reconciler {

/// Tasks that run interleaved on one executor. They may refer to data of the coroutine that owns the group, so it calls
/// next_end() as often as it called start(), whatever happens.
class TaskGroup {
 public:
  explicit TaskGroup(const net::Executor& executor);

  void start(net::Awaitable<> task);
  /// Returns once one more task has ended.
  net::Awaitable<> next_end();
  /// Throws the first exception of a task again, if there was one. For the end.
  void rethrow() const;
  [[nodiscard]] bool has_failed() const { return first_ != nullptr; }

 private:
  net::Executor executor_;
  /// Says that there is a new end; one that is not taken yet says it for all. They are counted beside it, because more
  /// tasks may end before the first is looked at than run at a time.
  boost::asio::experimental::channel<void(boost::system::error_code)> signal_;
  std::size_t ends_ = 0;  ///< those that next_end() has not told
  std::exception_ptr first_;
};

/// Runs all tasks interleaved, at most so many at a time, as long as `goes_on` says so (may be empty); those that have
/// begun are waited for. Then the first exception is thrown again.
net::Awaitable<> run_some(std::vector<net::Awaitable<>> tasks, std::size_t at_a_time, std::function<bool()> goes_on);

/// Runs all tasks interleaved on the caller's executor, and waits until all have ended. Then the first exception is
/// thrown again.
net::Awaitable<> all_of(std::vector<net::Awaitable<>> tasks);

}  // namespace plumbline::reconciler
