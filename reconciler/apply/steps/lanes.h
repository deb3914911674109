#pragma once

#include <algorithm>
#include <cstddef>

namespace plumbline::reconciler {

/// How many Workers an apply has under way at a time: few at first, more while the service keeps up, half as many once
/// it says that it is asked for too much. Pure.
class Lanes {
 public:
  static constexpr std::size_t kFirst = 4;
  static constexpr std::size_t kMost = 8;

  Lanes() : Lanes(kFirst, kMost) {}
  /// At least one of each.
  Lanes(std::size_t first, std::size_t most) : width_(std::max<std::size_t>(first, 1)), most_(std::max(most, width_)) {}

  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t most() const { return most_; }

  /// A Worker has ended. `overloads` is how often the service has said so until now (api::Client::overloads()). A whole
  /// width of Workers without that widens by one.
  void ended(std::size_t overloads) {
    if (overloads != overloads_) {
      overloads_ = overloads;
      width_ = std::max<std::size_t>(width_ / 2, 1);
      clean_ = 0;
    } else if (++clean_ >= width_ && width_ < most_) {
      ++width_;
      clean_ = 0;
    }
  }

 private:
  std::size_t width_;
  std::size_t most_;
  std::size_t clean_ = 0;  ///< Workers since the width changed, or since the last overload
  std::size_t overloads_ = 0;
};

}  // namespace plumbline::reconciler
