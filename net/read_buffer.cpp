#include "net/read_buffer.h"

#include <algorithm>

namespace plumbline::net {
namespace {

constexpr std::size_t kSmallest = std::size_t{16} * 1024;
constexpr std::size_t kLeastRoom = std::size_t{4} * 1024;

}  // namespace

std::span<char> ReadBuffer::room() {
  if (bytes_.size() - end_ < kLeastRoom && begin_ > 0) {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), bytes_.begin() + static_cast<std::ptrdiff_t>(end_),
              bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - end_ < kLeastRoom) bytes_.resize(std::max(kSmallest, bytes_.size() * 2));
  return std::span(bytes_).subspan(end_);
}

}  // namespace plumbline::net
