#include "api/operation_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace plumbline::api {
namespace {

TEST_CASE("operations are found by their name") {
  const Operation* const upload = find_operation("upload_script");
  REQUIRE(upload != nullptr);
  CHECK(upload->method == "PUT");
  CHECK(upload->path == "/accounts/{account_id}/workers/scripts/{script_name}");
  CHECK(find_operation("no_such_operation") == nullptr);
}

TEST_CASE("every row of the endpoint table is whole and its name its own") {
  std::set<std::string_view> names;
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    CHECK(names.insert(operation.name).second);
    CHECK(std::set<std::string_view>{"GET", "PUT", "POST", "PATCH", "DELETE"}.contains(operation.method));
    CHECK(operation.path.starts_with('/'));
    CHECK_FALSE(operation.source.empty());
    // Placeholders are closed and not nested.
    bool open = false;
    for (const char c : operation.path) {
      if (c == '{') CHECK_FALSE(std::exchange(open, true));
      if (c == '}') CHECK(std::exchange(open, false));
    }
    CHECK_FALSE(open);
  }
}

TEST_CASE("reads have no body and may always be repeated") {
  for (const Operation& operation : operations()) {
    if (operation.method != "GET") continue;
    CAPTURE(operation.name);
    CHECK(operation.body == BodyKind::none);
    CHECK(operation.repeat == Repeat::freely);
    CHECK(operation.empty == EmptyBody::is_no_answer);
  }
}

TEST_CASE("the table says of each operation what it answers with: lists are lists, and what is deleted is nothing") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const auto answer = operation.answer;
    const bool is_list =
        answer == AnswerShape::list || answer == AnswerShape::pages || answer == AnswerShape::inner_list;
    if (operation.name.starts_with("list_") || operation.name.starts_with("search_")) CHECK(is_list);
    if (operation.name.starts_with("create_") || operation.name.starts_with("update_") ||
        operation.name.starts_with("verify_")) {
      CHECK(answer == AnswerShape::object);
    }
    // The address on workers.dev answers with its new state.
    if (operation.name.starts_with("delete_") && operation.name != "delete_subdomain") {
      CHECK(answer == AnswerShape::nothing);
    }
  }
}

TEST_CASE("what is deleted needs no answer, and only writes do without one") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const bool deletes = operation.method == "DELETE";
    if (deletes || operation.answer == AnswerShape::nothing) CHECK(operation.empty == EmptyBody::is_success);
    if (operation.method == "GET" || operation.name.starts_with("create_")) {
      CHECK(operation.empty == EmptyBody::is_no_answer);
    }
    const bool of_2018 = operation.source.starts_with("Configuration API");
    if (!of_2018) CHECK(operation.success == SuccessMember::required);
    // A status without a body can only be an answer where none is needed, or as a Worker without code.
    const bool may_have_none = operation.empty == EmptyBody::is_success || operation.answer == AnswerShape::raw;
    if (operation.statuses.contain(204)) CHECK(may_have_none);
  }
}

TEST_CASE("a list says what tells its items apart, and one in pages how many there are on each") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const auto answer = operation.answer;
    const bool is_list =
        answer == AnswerShape::list || answer == AnswerShape::pages || answer == AnswerShape::inner_list;
    CHECK(operation.items.identity.empty() == !is_list);
    CHECK((operation.items.per_page > 0) == (answer == AnswerShape::pages));
    CHECK(operation.items.within.empty() == (answer != AnswerShape::inner_list));
  }
}

TEST_CASE("a lost write is looked for by a read that has its parameters from the write") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const auto& look = operation.look;
    const bool reads = look.how != Look::nowhere && look.how != Look::as_version;
    CHECK(look.read.empty() == !reads);
    if (operation.method == "GET") CHECK(look.how == Look::nowhere);
    if (!reads) continue;
    const auto* read = find_operation(look.read);
    REQUIRE(read != nullptr);
    CHECK(read->method == "GET");
    const auto given = path_parameters(operation);
    for (const auto name : path_parameters(*read)) CHECK(std::ranges::find(given, name) != given.end());
    CHECK((read->answer == AnswerShape::object) == (look.how == Look::as_object));
    if (look.how == Look::not_in_list) CHECK_FALSE(given.empty());
    CHECK((operation.body == BodyKind::merge_patch) == (look.how == Look::nulls_gone));
  }
}

TEST_CASE("what is gone already is told under a code of its own, by each delete that a plan makes but one") {
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    const bool planned_delete = operation.method == "DELETE" && !operation.label.empty();
    // No source says by which code the service tells it.
    if (planned_delete && operation.name != "delete_queue_consumer") CHECK(operation.gone[0] != 0);
  }
}

TEST_CASE("parameters go into a path escaped, and what none fills stays") {
  const auto& row = *OperationRef("get_secret");
  CHECK(target_of(row, {{"script_name", "a b"}, {"secret_name", "K/?"}}, query_of(row)) ==
        "/accounts/{account_id}/workers/scripts/a%20b/secrets/K%2F%3F?url_encoded=true");
  CHECK(target_of(row, {{"account_id", ""}, {"script_name", "w"}}) ==
        "/accounts//workers/scripts/w/secrets/{secret_name}");
}

TEST_CASE("what makes a version or a route is never repeated blindly") {
  for (const std::string_view name :
       {"upload_script", "upload_script_raw", "put_content", "patch_settings", "create_version", "create_deployment",
        "create_route", "create_filter", "create_queue_consumer"}) {
    CAPTURE(name);
    REQUIRE(find_operation(name) != nullptr);
    CHECK(find_operation(name)->repeat == Repeat::never);
  }
}

}  // namespace
}  // namespace plumbline::api
