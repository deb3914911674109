#include "base/secret.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>

namespace plumbline {

Secret::Secret(std::string_view value) : bytes_(value.empty() ? nullptr : new char[value.size()]), size_(value.size()) {
  if (size_ > 0) std::memcpy(bytes_.get(), value.data(), size_);
}

Secret::~Secret() {
  wipe();
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::wipe() noexcept {
  // A plain memset of memory about to be freed is removed by the optimiser.
  if (bytes_) OPENSSL_cleanse(bytes_.get(), size_);
  bytes_.reset();
  size_ = 0;
}

void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.capacity());
  text.clear();
}

}  // namespace plumbline
