#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// gzip (RFC 1952), by zlib. No I/O.
namespace plumbline::net {

/// Unpacks gzip as it arrives. Several members in a row are one content, as the RFC has it.
class Unpacker {
 public:
  /// `cap` is the most that may come out, in bytes. Throws std::bad_alloc.
  explicit Unpacker(std::size_t cap);
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  enum class Step { taken, broken, too_large };
  /// Appends to `out` what comes out of `packed`. After anything but Step::taken there is nothing more to ask.
  Step put(std::string_view packed, std::string& out);

  /// Whether what came so far ends where a member ends. Also true before the first byte: an empty body is no gzip, and
  /// servers send it as such.
  [[nodiscard]] bool whole() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A text as one member of gzip, by zlib's quickest level.
std::string gzipped(std::string_view text);

}  // namespace plumbline::net
