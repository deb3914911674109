#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace plumbline::net {

/// Bytes that were read from a stream and not used yet. Its memory is reused from message to message.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view unread() const { return {bytes_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Free space to read into. commit() says how much of it was filled. Invalidates what unread() returned.
  std::span<char> room();
  void commit(std::size_t count) { end_ += count; }

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace plumbline::net
