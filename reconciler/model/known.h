#pragma once

#include <optional>
#include <utility>

namespace plumbline::reconciler {

/// What is known of a live value: nothing, since it was not read yet; that it is not there; or the value.
template <class T>
class Known {
 public:
  Known() = default;

  static Known absent() {
    Known out;
    out.read_ = true;
    return out;
  }
  static Known known(T value) {
    Known out;
    out.read_ = true;
    out.value_ = std::move(value);
    return out;
  }

  [[nodiscard]] bool is_unknown() const { return !read_; }
  [[nodiscard]] bool is_absent() const { return read_ && !value_; }
  [[nodiscard]] bool is_known() const { return value_.has_value(); }

  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] const T* if_known() const { return value_ ? &*value_ : nullptr; }

  friend bool operator==(const Known&, const Known&) = default;

 private:
  bool read_ = false;
  std::optional<T> value_;
};

}  // namespace plumbline::reconciler
