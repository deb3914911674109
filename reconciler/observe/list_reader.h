#pragma once

#include <memory>
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
  std::string digest;                      ///< of its bytes; listings with the same digest share `items`
};

/// Reads the list of one account for all of its sources. Whoever asks while it is read waits for that reading; a list
/// of the same bytes as before is not parsed again. On the loop thread.
class ListReader {
 public:
  explicit ListReader(net::Executor executor) : turn_(std::move(executor), 1) {}

  /// A list whose reading began at or after `not_before`: the last one, or a new one.
  Awaitable<api::Result<std::shared_ptr<const Listing>>> read(api::Account account, TimePoint not_before);

 private:
  net::Turnstile turn_;
  std::shared_ptr<const Listing> last_;
};

}  // namespace plumbline::reconciler
