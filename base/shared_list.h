#pragma once

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace plumbline {

/// A list of values that never change. Several lists can share a value: copying the list copies no value. It reads like
/// a `const std::vector<Value>`.
template <class Value>
class SharedList {
 public:
  using value_type = Value;
  using Item = std::shared_ptr<const Value>;

  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = const Value&;

    Iterator() = default;
    explicit Iterator(const Item* item) : item_(item) {}

    reference operator*() const { return **item_; }
    pointer operator->() const { return item_->get(); }
    reference operator[](difference_type steps) const { return *item_[steps]; }

    Iterator& operator+=(difference_type steps) {
      item_ += steps;
      return *this;
    }
    Iterator& operator-=(difference_type steps) { return *this += -steps; }
    Iterator& operator++() { return *this += 1; }
    Iterator& operator--() { return *this -= 1; }
    Iterator operator++(int) { return std::exchange(*this, *this + 1); }
    Iterator operator--(int) { return std::exchange(*this, *this - 1); }

    friend Iterator operator+(Iterator at, difference_type steps) { return at += steps; }
    friend Iterator operator+(difference_type steps, Iterator at) { return at += steps; }
    friend Iterator operator-(Iterator at, difference_type steps) { return at -= steps; }
    friend difference_type operator-(Iterator a, Iterator b) { return a.item_ - b.item_; }
    friend auto operator<=>(const Iterator&, const Iterator&) = default;

   private:
    const Item* item_ = nullptr;
  };
  using iterator = Iterator;
  using const_iterator = Iterator;

  SharedList() = default;
  SharedList(std::initializer_list<Value> values) { append(values); }
  explicit SharedList(const std::vector<Value>& values) { append(values); }
  /// No item may be null.
  explicit SharedList(std::vector<Item> items) : items_(std::move(items)) {}

  void reserve(std::size_t size) { items_.reserve(size); }
  void clear() { items_.clear(); }
  void push_back(Value value) { items_.push_back(std::make_shared<const Value>(std::move(value))); }
  /// One of another list, which is not null.
  void share(Item item) { items_.push_back(std::move(item)); }
  /// Puts another value in the place of one. Lists that share that one keep it.
  void replace(std::size_t index, Value value) { items_[index] = std::make_shared<const Value>(std::move(value)); }

  [[nodiscard]] Iterator begin() const { return Iterator(items_.data()); }
  [[nodiscard]] Iterator end() const { return Iterator(items_.data() + items_.size()); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const Value& operator[](std::size_t index) const { return *items_[index]; }
  [[nodiscard]] const Value& at(std::size_t index) const { return *items_.at(index); }
  [[nodiscard]] const Value& front() const { return *items_.front(); }
  [[nodiscard]] const Value& back() const { return *items_.back(); }

  /// The items themselves, for another list to share.
  [[nodiscard]] const std::vector<Item>& items() const { return items_; }

 private:
  template <class Values>
  void append(const Values& values) {
    items_.reserve(values.size());
    for (const Value& value : values) push_back(value);
  }

  std::vector<Item> items_;
};

}  // namespace plumbline
