#include "reconciler/journal/write_queue.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "net/run_on.h"

namespace plumbline::reconciler {
namespace {

namespace asio = boost::asio;

// How long what nobody waits for may be in the file without the disk having been asked to keep it.
constexpr std::chrono::milliseconds kLazySync{250};

}  // namespace

WriteQueue::WriteQueue(std::unique_ptr<SqliteStore> store) : store_(std::move(store)), sync_(thread_.get_executor()) {}

WriteQueue::~WriteQueue() {
  asio::post(thread_, [this] {
    sync_.cancel();
    if (is_unsynced_) note({}, store_->sync());
  });
  thread_.join();
}

void WriteQueue::put(StoreWrite write) {
  push({.write = std::move(write)});
}

Awaitable<Result<void>> WriteQueue::put_durable(StoreWrite write) {
  return push_durable(std::move(write), Extent::one);
}

Awaitable<Result<void>> WriteQueue::put_all(StoreWrite write) {
  return push_durable(std::move(write), Extent::all);
}

Awaitable<Result<void>> WriteQueue::push_durable(StoreWrite write, Extent extent) {
  auto outcome = std::make_shared<Result<void>>();
  push({std::move(write), extent, outcome});
  // The thread takes what is posted in its order: the group of this write has ended by then.
  co_return co_await net::run_on(thread_.get_executor(), [outcome] { return *outcome; });
}

Awaitable<> WriteQueue::settled() {
  co_await net::run_on(thread_.get_executor(), [] { return true; });
}

WriteQueue::State WriteQueue::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void WriteQueue::push(Entry entry) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(std::move(entry));
  if (!std::exchange(is_draining_, true)) asio::post(thread_, [this] { drain(); });
}

void WriteQueue::drain() {
  std::vector<Entry> group;
  {
    const std::scoped_lock lock(mutex_);
    group.swap(waiting_);
    is_draining_ = false;
  }
  write(group);
}

void WriteQueue::write(const std::vector<Entry>& group) {
  const bool durable = std::ranges::any_of(group, [](const Entry& entry) { return entry.outcome != nullptr; });
  const auto durability = durable ? Durability::on_disk : Durability::soon;
  std::vector<StoreWrite> writes;
  writes.reserve(group.size());
  for (const auto& entry : group) writes.push_back(entry.write);
  const auto result = store_->transact(writes, durability);
  if (result || group.size() == 1) {
    note(group, result);
  } else {
    // What is wrong with one of them is no reason to lose the others.
    for (const auto& entry : group) note({&entry, 1}, store_->transact({&entry.write, 1}, durability));
  }
  if (durable) {
    is_unsynced_ = false;
  } else if (!std::exchange(is_unsynced_, true)) {
    sync_later();
  }
}

void WriteQueue::note(std::span<const Entry> entries, const Result<void>& result) {
  const std::scoped_lock lock(mutex_);
  state_.takes_writes = result.has_value();
  if (!result) state_.problem = result.error().message;
  for (const auto& entry : entries) {
    if (entry.outcome) *entry.outcome = result;
    if (result && entry.extent == Extent::all) state_.problem.clear();
  }
}

// An intent that comes before takes it along.
void WriteQueue::sync_later() {
  sync_.expires_after(kLazySync);
  sync_.async_wait([this](const boost::system::error_code& error) {
    if (error || !std::exchange(is_unsynced_, false)) return;
    if (const auto synced = store_->sync(); !synced) note({}, synced);
  });
}

}  // namespace plumbline::reconciler
