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
  Taking(api::Account account, Journal* journal, milliseconds read_lag)
      : account_(std::move(account)), journal_(journal), read_lag_(read_lag) {}

  Awaitable<api::Result<Census>> run() {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (int attempt = 1;; ++attempt) {
      if (auto read = co_await read_list(); !read) co_return std::unexpected(std::move(read.error()));
      census_.memory = co_await journal_->observations(account_.id);
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
    for (const auto& item : census_.list) shown_.emplace(string_member(item, "id"));
    census_.begun = std::chrono::system_clock::now();
    auto list = co_await api::list_scripts(account_);
    if (!list) co_return std::unexpected(std::move(list.error()));
    census_.list = *std::move(list);
    co_return api::Result<void>();
  }

  // How much longer reads may lag behind a write of ours that the list does not show.
  milliseconds find_lost() {
    const auto now = std::chrono::system_clock::now();
    std::set<std::string_view> listed;
    for (const auto& item : census_.list) listed.insert(string_member(item, "id"));
    census_.lost.clear();
    for (const auto& name : shown_) lose(listed, name);
    for (const auto& [name, memory] : census_.memory) lose(listed, name);
    milliseconds left{0};
    for (const auto& [name, at] : journal_->unseen_writes(account_.id, now - read_lag_)) {
      // A write of a route or a domain: its address holds a dot, which no Worker's name does.
      if (name.contains('.')) continue;
      if (listed.contains(name)) {
        journal_->seen(account_.id, name);
      } else {
        census_.lost.insert(name);
        left = std::max(left, std::chrono::ceil<milliseconds>(at + read_lag_ - now));
      }
    }
    return left;
  }

  void lose(const std::set<std::string_view>& listed, const std::string& name) {
    if (!listed.contains(name)) census_.lost.insert(name);
  }

  [[nodiscard]] milliseconds pause_before(int attempt) const {
    return pause_before_look(attempt + 1, milliseconds::zero(), read_lag_).value_or(milliseconds::zero());
  }

  api::Account account_;
  Journal* journal_;
  milliseconds read_lag_;
  std::set<std::string> shown_;  ///< in an earlier reading
  Census census_;
};

}  // namespace

Awaitable<api::Result<Census>> take_census(api::Account account, Journal* journal, milliseconds read_lag) {
  Taking taking(std::move(account), journal, read_lag);
  co_return co_await taking.run();
}

}  // namespace plumbline::reconciler
