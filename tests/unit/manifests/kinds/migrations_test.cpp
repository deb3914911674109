#include <doctest/doctest.h>

#include "base/json.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::errors_of_worker;
using test::load;
using test::texts;
using test::worker;

}  // namespace

TEST_CASE("migrations are a history in order") {
  const auto of = [](std::string_view list) { return errors_of_worker("  migrations:\n" + std::string(list)); };
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, deleted_classes: [A]}\n  - {tag: v3, new_sqlite_classes: "
           "[A]}\n")
            .empty());
  CHECK(of("  - {tag: v1, renamed_classes: [{from: Old, to: New}], deleted_classes: [Older]}\n").empty());
  CHECK(of("  - {tag: v1, transferred_classes: [{from: A, from_script: x, to: B}]}\n  - {tag: v2, deleted_classes: "
           "[B]}\n")
            .empty());
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v1, new_classes: [B]}\n") ==
        "w.yaml:8:11: error: an earlier migration has this tag; a tag names one migration\n");
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, new_sqlite_classes: [A]}\n") ==
        "w.yaml:8:36: error: the class \"A\" exists already, since migration \"v1\"\n");
  CHECK(of("  - {tag: v1, new_classes: [A, B]}\n  - {tag: v2, renamed_classes: [{from: A, to: B}]}\n") ==
        "w.yaml:8:47: error: the class \"B\" exists already, since migration \"v1\"\n");
  CHECK(of("  - {tag: v2, deleted_classes: [A]}\n  - {tag: v1, new_classes: [A]}\n") ==
        "w.yaml:7:33: error: the class \"A\" begins only in migration \"v1\"; list migrations in the order in which "
        "they are applied\n");
  CHECK(of("  - {tag: v1, new_classes: [A]}\n  - {tag: v2, renamed_classes: [{from: A, to: B}]}\n  - {tag: v3, "
           "deleted_classes: [A]}\n") == "w.yaml:9:33: error: the class \"A\" ended in migration \"v2\"\n");
  CHECK(
      of("  - {new_classes: [A]}\n  - {tag: '', new_classes: [1A], steps: []}\n  - {tag: v3, renamed_classes: [{from: "
         "A}], "
         "transferred_classes: [{from: A, to: B}]}\n") ==
      "w.yaml:7:5: error: \"migrations[0]\" lacks the field \"tag\"; Name of this step, never changed once it is "
      "applied\n"
      "w.yaml:8:11: error: \"tag\" may not be empty\n"
      "w.yaml:8:29: error: \"new_classes[0]\" must be the name of a class: it may hold letters, digits, _ and $, and "
      "may not begin with a digit\n"
      "w.yaml:8:34: error: unknown field \"steps\"; known here: tag, new_classes, new_sqlite_classes, renamed_classes, "
      "deleted_classes, transferred_classes\n"
      "w.yaml:9:33: error: \"renamed_classes[0]\" lacks the field \"to\"; Name after\n"
      "w.yaml:9:67: error: \"transferred_classes[0]\" lacks the field \"from_script\"; The other Worker\n");
}

TEST_CASE("a binding may not name a class that migrations have ended") {
  CHECK(errors_of_worker(
            "  bindings:\n    A: {type: durable_object_namespace, class_name: A}\n    B: {type: "
            "durable_object_namespace, "
            "class_name: B}\n    C: {type: durable_object_namespace, class_name: A, script_name: other}\n"
            "  migrations: [{tag: v1, new_classes: [A]}, {tag: v2, renamed_classes: [{from: A, to: B}]}]\n") ==
        "w.yaml:7:53: error: the class \"A\" ended in migration \"v2\"; bind the class that follows it, or remove the "
        "binding\n");
}

TEST_CASE("exports and migrations exclude each other") {
  CHECK(errors_of_worker("  exports: {}\n  migrations: []\n") ==
        "w.yaml:7:15: error: \"exports\" and \"migrations\" exclude each other; exports and migrations both describe "
        "the classes; use one of the two\n");
}

TEST_CASE(
    "what may be lost is named by migration, class, workflow or queue, which need not be in the manifest any more") {
  const auto state = load({{"w.yaml", worker("w", "  migrations: [{tag: v1, deleted_classes: [A]}]\n",
                                             ", allow_data_loss: [v1, Cart, orders]")},
                           {"i.js", "x"}});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.at(0).allow_data_loss == std::vector<std::string>{"v1", "Cart", "orders"});
}

TEST_CASE("a transfer follows the Worker that the class comes from") {
  auto state = load(
      {{"a.yaml", worker("a", "")},
       {"b.yaml", worker("b", "  migrations: [{tag: v1, transferred_classes: [{from: A, from_script: a, to: B}]}]\n")},
       {"i.js", "x"}},
      {.name_suffix = "-x"});
  CHECK(texts(state.diagnostics).empty());
  CHECK(to_text(Json(state.workers.at(1).migrations->at(0).steps)) ==
        R"({"transferred_classes":[{"from":"A","from_script":"a-x","to":"B"}]})");
}

}  // namespace plumbline::manifests
