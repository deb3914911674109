#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/workers.h"
#include "base/time_point.h"
#include "net/awaitable.h"
#include "net/turnstile.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// One reading of the list of an account.
struct Listing {
  TimePoint begun;                         ///< when the reading began
  std::shared_ptr<const JsonArray> items;  ///< never null
  /// Of its bytes; listings with the same digest share `items`. Empty: nobody will compare it.
  std::string digest;
};

/// Reads the list of one account for all of its sources. Whoever asks while it is read waits for that reading; between
/// passes, a list of the same bytes as before is not parsed again. On the loop thread.
class ListReader {
 public:
  /// For one pass: a list is parsed each time it is read, which is mostly once.
  explicit ListReader(net::Executor executor) : turn_(std::move(executor), 1) {}
  /// For many passes. An earlier list is given up on `pool`, because that takes long for a large account.
  ListReader(net::Executor executor, net::Executor pool) : turn_(std::move(executor), 1), pool_(std::move(pool)) {}

  /// A list whose reading began at or after `not_before`: the last one, or a new one.
  Awaitable<api::Result<std::shared_ptr<const Listing>>> read(api::Account account, TimePoint not_before);

 private:
  net::Turnstile turn_;
  std::optional<net::Executor> pool_;  ///< nothing: for one pass
  std::shared_ptr<const Listing> last_;
};

}  // namespace plumbline::reconciler
