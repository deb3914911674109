#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace plumbline {

/// The value of a secret. It has no stream or format operator, so that it reaches an output only where reveal() is
/// written out. The memory is wiped at the end. Copies are explicit.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view value);
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  [[nodiscard]] Secret copy() const { return Secret(reveal()); }

  /// The value itself, valid as long as this object. Only for sending it and for keyed digests.
  [[nodiscard]] std::string_view reveal() const { return {bytes_.get(), size_}; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  void wipe() noexcept;

  // No std::string: its small-string buffer leaves a copy behind at every move.
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Overwrites what `text` holds, then empties it. For buffers that a secret's value passed through.
void wipe(std::string& text) noexcept;

}  // namespace plumbline
