#include "reconciler/observe/list_reader.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace plumbline::reconciler {

Awaitable<api::Result<std::shared_ptr<const Listing>>> ListReader::read(api::Account account, TimePoint not_before) {
  const auto turn = co_await turn_.enter();
  if (last_ && last_->begun >= not_before) co_return last_;
  auto listing = std::make_shared<Listing>();
  listing->begun = std::chrono::system_clock::now();
  const auto known = pool_ ? std::optional(last_ ? last_->digest : std::string()) : std::nullopt;
  auto list = co_await api::list_scripts_unless(account, known);
  if (!list) co_return std::unexpected(std::move(list.error()));
  const bool is_known = list->items == nullptr;
  listing->items = is_known ? last_->items : list->items;
  listing->digest = std::move(list->digest);
  auto earlier = std::exchange(last_, std::move(listing));
  if (pool_ && !is_known) boost::asio::post(*pool_, [earlier = std::move(earlier)] {});
  co_return last_;
}

}  // namespace plumbline::reconciler
