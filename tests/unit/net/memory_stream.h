#pragma once

#include <deque>
#include <string>
#include <utility>

#include "net/byte_stream.h"

namespace plumbline::net::testing {

/// A peer made of memory: hands out scripted pieces, keeps what is written, and fails at the step
/// (read or write, counted from 0) that it is told.
class MemoryStream final : public ByteStream {
 public:
  struct Script {
    std::deque<std::string> pieces;   ///< one per read; afterwards the end, or `at_end`
    std::optional<IoFailure> at_end;  ///< instead of an orderly end
    std::optional<std::size_t> failing_step;
    IoFailure failure = IoFailure::closed;
  };

  /// What became of the stream, which may be gone itself by then.
  struct Record {
    std::string written;
    std::size_t steps = 0;
    bool was_shut_down = false;
    std::optional<Cut> cut;
    bool alive = true;
  };

  MemoryStream(Script script, std::shared_ptr<Record> record)
      : script_(std::move(script)), record_(std::move(record)) {}

  Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) override {
    if (auto error = step()) co_return std::unexpected(std::move(*error));
    if (script_.pieces.empty()) {
      if (!script_.at_end) co_return std::size_t{0};
      co_return std::unexpected(IoError{*script_.at_end, Progress::nothing_sent, "scripted"});
    }
    std::string& piece = script_.pieces.front();
    const std::size_t count = std::min(buffer.size(), piece.size());
    std::copy_n(piece.begin(), count, buffer.begin());
    piece.erase(0, count);
    if (piece.empty()) script_.pieces.pop_front();
    co_return count;
  }

  Awaitable<Result<void, IoError>> write_all(std::string_view bytes) override {
    if (auto error = step()) co_return std::unexpected(std::move(*error));
    record_->written += bytes;
    co_return Result<void, IoError>();
  }

  void expires_after(std::chrono::milliseconds) override {}

  Awaitable<> shutdown() override {
    record_->was_shut_down = true;
    co_return;
  }

  void cut(Cut how) noexcept override { record_->cut = how; }

  [[nodiscard]] bool alive() override { return record_->alive; }

 private:
  std::optional<IoError> step() {
    const std::size_t now = record_->steps++;
    if (script_.failing_step != now) return std::nullopt;
    return IoError{script_.failure, Progress::nothing_sent, "scripted"};
  }

  Script script_;
  std::shared_ptr<Record> record_;
};

}  // namespace plumbline::net::testing
