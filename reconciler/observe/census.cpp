#include "reconciler/observe/census.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "reconciler/observe/lost_answer.h"

namespace plumbline::reconciler {
namespace {

using std::chrono::milliseconds;

// Takes one census. Lives in the frame of take_census().
class Taking {
 public:
  explicit Taking(CensusOptions options) : options_(std::move(options)) {}

  Awaitable<api::Result<Census>> run() {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (int attempt = 1;; ++attempt) {
      if (auto read = co_await read_list(); !read) co_return std::unexpected(std::move(read.error()));
      census_.memory = co_await options_.journal->observations(options_.account.id);
      const auto left = find_lost();
      if (census_.lost.empty()) break;
      // Workers that are lost for another reason are lost in two readings.
      if (left <= milliseconds::zero() && attempt > 1) break;
      const auto pause = std::min(left, pause_before(attempt));
      timer.expires_after(pause);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return std::move(census_);
  }

 private:
  Awaitable<api::Result<void>> read_list() {
    if (census_.listing) {
      for (const auto& item : *census_.listing->items) shown_.emplace(string_member(item, "id"));
      options_.not_before = std::chrono::system_clock::now();
    }
    auto listing = co_await options_.lists->read(options_.account, options_.not_before);
    if (!listing) co_return std::unexpected(std::move(listing.error()));
    census_.listing = *std::move(listing);
    co_return api::Result<void>();
  }

  // How much longer reads may lag behind a write of ours that the list does not show.
  milliseconds find_lost() {
    const auto now = std::chrono::system_clock::now();
    std::set<std::string_view> listed;
    for (const auto& item : *census_.listing->items) listed.insert(string_member(item, "id"));
    census_.lost.clear();
    for (const auto& name : shown_) lose(listed, name);
    for (const auto& [name, memory] : census_.memory) lose(listed, name);
    milliseconds left{0};
    for (const auto& [name, at] : options_.journal->unseen_writes(options_.account.id, now - options_.read_lag)) {
      // A write of a route or a domain: its address holds a dot, which no Worker's name does.
      if (name.contains('.')) continue;
      if (listed.contains(name)) {
        options_.journal->seen(options_.account.id, name);
      } else {
        census_.lost.insert(name);
        left = std::max(left, std::chrono::ceil<milliseconds>(at + options_.read_lag - now));
      }
    }
    return left;
  }

  void lose(const std::set<std::string_view>& listed, const std::string& name) {
    if (!listed.contains(name)) census_.lost.insert(name);
  }

  [[nodiscard]] milliseconds pause_before(int attempt) const {
    return pause_before_look(attempt + 1, milliseconds::zero(), options_.read_lag).value_or(milliseconds::zero());
  }

  CensusOptions options_;
  std::set<std::string> shown_;  ///< in an earlier reading
  Census census_;
};

}  // namespace

Awaitable<api::Result<Census>> take_census(CensusOptions options) {
  Taking taking(std::move(options));
  co_return co_await taking.run();
}

}  // namespace plumbline::reconciler
