#include "base/shared_object.h"

#include <doctest/doctest.h>

using namespace plumbline;

TEST_SUITE("shared object") {
  TEST_CASE("a shared object reads like an object, and its copies hold the same one") {
    const SharedObject object = JsonObject{{"a", 1}};
    const auto copy = object;  // NOLINT(performance-unnecessary-copy-initialization)
    CHECK(member(object, "a") == member(copy, "a"));
    CHECK(*member(object, "a") == 1);
    CHECK(object->size() == 1);
    CHECK(SharedObject()->empty());
  }

  TEST_CASE("whoever changes a shared object gets a copy of his own") {
    const SharedObject object = JsonObject{{"a", 1}};
    auto changed = object;
    changed["a"] = 2;
    changed["b"] = 3;
    CHECK(*object == JsonObject{{"a", 1}});
    CHECK(*changed == JsonObject{{"a", 2}, {"b", 3}});
    changed.erase("b");
    CHECK(*changed == JsonObject{{"a", 2}});
  }

  TEST_CASE("a part of something larger keeps it") {
    auto list = std::make_shared<const JsonArray>(JsonArray{JsonObject{{"a", 1}}});
    const SharedObject object(std::shared_ptr<const JsonObject>(list, &list->front().get_object()));
    list.reset();
    CHECK(*member(object, "a") == 1);
  }
}
