#pragma once

#include <optional>
#include <utility>

namespace plumbline::reconciler {

/// A live part of a Worker: not read yet, read and not there, or read.
template <class T>
class Part {
 public:
  Part() = default;

  static Part absent() {
    Part part;
    part.read_ = true;
    return part;
  }
  static Part known(T value) {
    Part part;
    part.read_ = true;
    part.value_ = std::move(value);
    return part;
  }

  [[nodiscard]] bool is_unknown() const { return !read_; }
  [[nodiscard]] bool is_absent() const { return read_ && !value_; }
  [[nodiscard]] bool is_known() const { return value_.has_value(); }

  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] const T* if_known() const { return value_ ? &*value_ : nullptr; }

 private:
  bool read_ = false;
  std::optional<T> value_;
};

}  // namespace plumbline::reconciler
