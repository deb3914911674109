#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/awaitable.h"
#include "reconciler/journal/sqlite_store.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// The way of every write to the journal's file: one queue, in order, on a thread of its own. Writes that wait together
/// share a transaction. One that must be on disk before its caller goes on takes all that stand before it along, so
/// that what follows on an intent costs no wait for the disk of its own.
///
/// Its functions are called on one thread, that of the journal's callers.
class WriteQueue {
 public:
  explicit WriteQueue(std::unique_ptr<SqliteStore> store);
  /// Blocks until the last write is on disk.
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  /// Hands over a write that may be lost with the last moments (kLazySync) before a power cut. The end of this process
  /// loses it only while its turn has not come.
  void put(StoreWrite write);

  /// Hands over a write, and returns once the disk holds it and all before it. The error is why it is not there.
  Awaitable<Result<void>> put_durable(StoreWrite write);

  /// The same for a write that makes the file whole again: after it nothing is missing.
  Awaitable<Result<void>> put_all(StoreWrite write);

  /// Returns once everything that was handed over has been tried.
  Awaitable<> settled();

  /// Of what was tried so far.
  struct State {
    std::string problem;       ///< why the file has missed a write; empty: it is whole
    bool takes_writes = true;  ///< the last write that was tried is in the file
  };
  [[nodiscard]] State state() const;

 private:
  enum class Extent { one, all };
  struct Entry {
    StoreWrite write;
    Extent extent = Extent::one;
    std::shared_ptr<Result<void>> outcome{};  ///< null: nobody waits
  };

  void push(Entry entry);
  Awaitable<Result<void>> push_durable(StoreWrite write, Extent extent);
  // These run on the thread.
  void drain();
  void write(const std::vector<Entry>& group);
  void note(std::span<const Entry> entries, const Result<void>& result);
  void sync_later();

  mutable std::mutex mutex_;
  std::vector<Entry> waiting_;          ///< under the mutex
  bool is_draining_ = false;            ///< under the mutex: drain() is posted and has not taken its group
  State state_;                         ///< under the mutex
  std::unique_ptr<SqliteStore> store_;  ///< used on the thread alone
  bool is_unsynced_ = false;            ///< the same
  boost::asio::thread_pool thread_{1};
  boost::asio::steady_timer sync_;  ///< on the thread
};

}  // namespace plumbline::reconciler
