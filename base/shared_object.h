#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace plumbline {

/// A JSON object that several hold at once, such as an entry of a list. Copying it copies no value. It reads like a
/// `const JsonObject`; whoever changes it gets a copy of his own.
class SharedObject {
 public:
  SharedObject() : SharedObject(JsonObject()) {}
  SharedObject(JsonObject object) : object_(std::make_shared<const JsonObject>(std::move(object))) {}
  /// Not null. May be a part of something larger, which it keeps alive.
  explicit SharedObject(std::shared_ptr<const JsonObject> object) : object_(std::move(object)) {}

  [[nodiscard]] const JsonObject& operator*() const { return *object_; }
  [[nodiscard]] const JsonObject* operator->() const { return object_.get(); }
  operator const JsonObject&() const { return *object_; }

  /// Of a copy of its own.
  Json& operator[](std::string_view key) { return own()[key]; }
  void erase(std::string_view key) { own().erase(key); }

 private:
  JsonObject& own() {
    auto copy = std::make_shared<JsonObject>(*object_);
    auto& object = *copy;
    object_ = std::move(copy);
    return object;
  }

  std::shared_ptr<const JsonObject> object_;
};

}  // namespace plumbline
