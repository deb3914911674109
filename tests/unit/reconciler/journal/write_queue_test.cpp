#include "reconciler/journal/write_queue.h"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace plumbline::reconciler {
namespace {

/// What a store was asked to do, and a gate before it.
struct Asked {
  /// Keeps the store waiting from its next call on.
  void close_gate() { set(true); }
  void open_gate() { set(false); }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    moved_.notify_all();
    moved_.wait(lock, [this] { return !closed_; });
    --waiting_;
  }
  void wait_for_caller() {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return waiting_ > 0; });
  }
  void note(std::string what) {
    const std::scoped_lock lock(mutex_);
    log.push_back(std::move(what));
  }

  std::vector<std::string> log;
  std::string refuses;  ///< what such a write says is refused; empty: nothing

 private:
  void set(bool value) {
    const std::scoped_lock lock(mutex_);
    closed_ = value;
    moved_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable moved_;
  bool closed_ = false;
  int waiting_ = 0;
};

/// Notes transactions: `on_disk: a b`.
class NotingStore final : public SqliteStore {
 public:
  explicit NotingStore(Asked* asked) : asked_(asked) {}

  Result<void> transact(std::span<const StoreWrite> writes, Durability durability) override {
    asked_->pass();
    text_ = durability == Durability::on_disk ? "on_disk:" : "soon:";
    Result<void> result;
    for (const auto& write : writes) {
      if (result) result = write(*this);
    }
    asked_->note(text_ + (result ? "" : " refused"));
    return result;
  }
  Result<void> sync() override {
    asked_->note("sync");
    return {};
  }
  Result<void> erase_observation(const std::string&, const std::string& worker) override {
    text_ += " " + worker;
    return worker == asked_->refuses ? Result<void>(fail("no room")) : Result<void>();
  }

  Result<std::map<std::string, Observations>> load_observations() override { return {}; }
  Result<std::vector<Note>> load_notes() override { return {}; }
  Result<std::vector<Intent>> load_writes(TimePoint) override { return {}; }
  Result<std::vector<ReconcileRecord>> load_history(const HistoryQuery&) override { return {}; }
  Result<std::vector<WriteRecord>> load_writes_of(const std::string&, const std::string&,
                                                  const HistoryQuery&) override {
    return {};
  }
  Result<void> save_observations(const std::string&, const Observations&) override { return {}; }
  Result<void> save_notes(const NoteKey&, const NoteChanges&) override { return {}; }
  Result<void> replace_all(const std::map<std::string, Observations>&, const std::map<NoteKey, Notes>&) override {
    return {};
  }
  Result<std::int64_t> begin(const Intent&) override { return 1; }
  Result<void> end(std::int64_t, Outcome, TimePoint) override { return {}; }
  Result<void> record(const ReconcileRecord&) override { return {}; }

 private:
  Asked* asked_;
  std::string text_;
};

StoreWrite named(std::string name) {
  return [name = std::move(name)](SqliteStore& store) { return store.erase_observation("account", name); };
}

Awaitable<> put_durable(WriteQueue* queue, std::string name, std::vector<std::string>* ended) {
  const auto result = co_await queue->put_durable(named(name));
  ended->push_back(name + (result ? "" : ": " + result.error().message));
}

using Texts = std::vector<std::string>;

TEST_SUITE("write queue of the journal") {
  TEST_CASE("what waits together goes together, in its order, and is on the disk with what must be") {
    Asked asked;
    {
      WriteQueue queue(std::make_unique<NotingStore>(&asked));
      boost::asio::io_context context;
      Texts ended;
      asked.close_gate();
      queue.put(named("first"));
      asked.wait_for_caller();
      queue.put(named("a"));
      for (const auto* name : {"intent-1", "intent-2", "intent-3"}) {
        boost::asio::co_spawn(context, put_durable(&queue, name, &ended), boost::asio::detached);
      }
      context.poll();
      queue.put(named("b"));
      CHECK(ended.empty());
      asked.open_gate();
      context.run();
      CHECK(ended == Texts{"intent-1", "intent-2", "intent-3"});
    }
    // Nothing is left for the end to ask the disk for.
    CHECK(asked.log == Texts{"soon: first", "on_disk: a intent-1 intent-2 intent-3 b"});
  }

  TEST_CASE("what nobody waits for is on the disk at the end") {
    Asked asked;
    {
      WriteQueue queue(std::make_unique<NotingStore>(&asked));
      queue.put(named("a"));
    }
    CHECK(asked.log == Texts{"soon: a", "sync"});
  }

  TEST_CASE("a write that is refused takes no other with it, and is told to who waits for it") {
    Asked asked;
    asked.refuses = "bad";
    WriteQueue queue(std::make_unique<NotingStore>(&asked));
    boost::asio::io_context context;
    Texts ended;
    asked.close_gate();
    queue.put(named("first"));
    asked.wait_for_caller();
    for (const auto* name : {"good", "bad", "better"}) {
      boost::asio::co_spawn(context, put_durable(&queue, name, &ended), boost::asio::detached);
    }
    context.poll();
    asked.open_gate();
    context.run();
    CHECK(ended == Texts{"good", "bad: no room", "better"});
    CHECK(asked.log == Texts{"soon: first", "on_disk: good bad refused", "on_disk: good", "on_disk: bad refused",
                             "on_disk: better"});
    // The file has missed one, although it takes writes again.
    CHECK(queue.state().problem == "no room");
    CHECK(queue.state().takes_writes);
  }
}

}  // namespace
}  // namespace plumbline::reconciler
