#include "net/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace plumbline::net {
namespace {

// The largest window, and a gzip header instead of zlib's own (zlib.h, inflateInit2).
constexpr int kGzip = MAX_WBITS + 16;
constexpr int kMemory = 8;  // zlib's default

Bytef* bytes_of(std::string_view text) {
  // zlib does not write to its input, but its field is older than const.
  return const_cast<Bytef*>(
      reinterpret_cast<const Bytef*>(text.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

uInt at_most(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

class Unpacker::Impl {
 public:
  explicit Impl(std::size_t cap) : left_(cap) {
    if (::inflateInit2(&stream_, kGzip) != Z_OK) throw std::bad_alloc();
  }
  ~Impl() { ::inflateEnd(&stream_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Step put(std::string_view packed, std::string& out) {
    while (!packed.empty()) {
      if (whole_ && begun_) ::inflateReset(&stream_);
      begun_ = true;
      const auto piece = packed.substr(0, at_most(packed.size()));
      stream_.next_in = bytes_of(piece);
      stream_.avail_in = at_most(piece.size());
      if (const auto step = drain(out); step != Step::taken) return step;
      packed.remove_prefix(piece.size() - stream_.avail_in);
    }
    return Step::taken;
  }

  [[nodiscard]] bool whole() const { return whole_; }

 private:
  // Unpacks what zlib has been given, up to the end of a member.
  Step drain(std::string& out) {
    whole_ = false;
    do {
      stream_.next_out = room_.data();
      stream_.avail_out = at_most(room_.size());
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      const auto size = room_.size() - stream_.avail_out;
      if (size > left_) return Step::too_large;
      left_ -= size;
      out.append(reinterpret_cast<const char*>(room_.data()), size);
      whole_ = status == Z_STREAM_END;
      // No room or no input is no error: there may be more of either.
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Step::broken;
    } while (!whole_ && (stream_.avail_in > 0 || stream_.avail_out == 0));
    return Step::taken;
  }

  z_stream stream_{};
  std::array<Bytef, std::size_t{64} * 1024> room_{};
  std::size_t left_;
  bool begun_ = false;
  bool whole_ = true;
};

Unpacker::Unpacker(std::size_t cap) : impl_(std::make_unique<Impl>(cap)) {}
Unpacker::~Unpacker() = default;

Unpacker::Step Unpacker::put(std::string_view packed, std::string& out) {
  return impl_->put(packed, out);
}
bool Unpacker::whole() const {
  return impl_->whole();
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(::deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = bytes_of(text);
  stream.avail_in = at_most(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = at_most(out.size());
  const int status = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::bad_alloc();
  return out;
}

}  // namespace plumbline::net
