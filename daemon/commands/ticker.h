#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "base/time_point.h"

namespace plumbline::daemon {

/// Says to a person what a long run is doing: the first time after a second, then every ten seconds, until it is
/// destroyed. A short run says nothing. On the loop thread; `err` and what `line` refers to must outlive it.
class Ticker {
 public:
  /// What to say now, without a line end; empty: nothing.
  using Line = std::function<std::string()>;

  Ticker(const boost::asio::any_io_executor& executor, std::ostream& err, Line line);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  Ticker(Ticker&&) = delete;
  Ticker& operator=(Ticker&&) = delete;

 private:
  struct State;
  static void wait(const std::shared_ptr<State>& state, std::chrono::seconds delay);

  std::shared_ptr<State> state_;
};

}  // namespace plumbline::daemon
