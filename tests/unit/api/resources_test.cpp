#include "api/resources.h"

#include <doctest/doctest.h>

#include "api/any_call.h"
#include "api/assets.h"
#include "api/legacy.h"
#include "api/multipart.h"
#include "tests/unit/api/fake_client.h"

namespace plumbline::api {
namespace {

using testing::FakeFixture;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("queues, workflows, namespaces, databases and configurations are listed page by page under their own ids") {
  struct Case {
    OperationRef operation;
    std::string_view key;
  };
  for (const Case& expected :
       {Case{"list_queues", "queue_id"}, Case{"list_workflows", "name"}, Case{"list_kv_namespaces", "id"},
        Case{"list_d1_databases", "uuid"}, Case{"list_hyperdrive_configs", "id"}}) {
    CAPTURE(expected.operation->name);
    FakeFixture fixture;
    JsonArray full;
    const auto item = [&expected](const std::string& id) {
      JsonObject out;
      // Whatever one of the lists wants beside the id.
      for (const auto* key : {"queue_name", "name", "script_name", "class_name", "title"}) out[key] = "n" + id;
      out[expected.key] = id;
      return out;
    };
    for (int i = 0; i < 100; ++i) full.push_back(item(std::to_string(i)));
    auto last = item("last");
    last["kept"] = 1;
    fixture.client.answer(plumbline::to_text(Json(full)));
    fixture.client.answer(plumbline::to_text(Json(JsonArray{last})));
    const auto list = fixture.run(read_list(fixture.account, *expected.operation, {}));
    REQUIRE(list);
    CHECK(list->size() == 101);
    CHECK(equal(*member(list->back(), "kept"), 1));
    CHECK(fixture.client.calls.at(1).operation == &*expected.operation);
    CHECK(fixture.client.calls.at(1).query == Pairs{{"page", "2"}, {"per_page", "100"}});
    fixture.client.answer(R"([{"kept":"without an id"}])");
    CHECK_FALSE(fixture.run(read_list(fixture.account, *expected.operation, {})));
  }
}

TEST_CASE("consumers of a queue are listed, created, replaced and deleted") {
  FakeFixture fixture;
  const std::string_view shown = R"({"consumer_id":"c","type":"worker","settings":{"batch_size":10},"kept":[1]})";
  fixture.client.answer("[" + std::string(shown) + "]");
  CHECK(plumbline::to_text(Json(*fixture.run(list_queue_consumers(fixture.account, "q")))) ==
        "[" + std::string(shown) + "]");
  fixture.client.answer(shown);
  const JsonObject consumer{{"type", "worker"}, {"script_name", "shop"}, {"kept", JsonArray{nullptr}}};
  CHECK(plumbline::to_text(Json(
            *fixture.run(write(fixture.account, "create_queue_consumer", {{"queue_id", "q"}}, {consumer})))) == shown);
  CHECK(fixture.client.calls.back().body == plumbline::to_text(Json(consumer)));
  CHECK(fixture.client.calls.back().operation->repeat == Repeat::never);
  fixture.client.answer(shown);
  CHECK(fixture.run(
      write(fixture.account, "update_queue_consumer", {{"queue_id", "q"}, {"consumer_id", "c"}}, {consumer})));
  CHECK(fixture.client.calls.back().path == Pairs{{"account_id", "acc"}, {"queue_id", "q"}, {"consumer_id", "c"}});
  fixture.client.answer("null");
  CHECK(fixture.run(write(fixture.account, "delete_queue_consumer", {{"queue_id", "q"}, {"consumer_id", "c"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 11000);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_queue_consumer", {{"queue_id", "q"}, {"consumer_id", "c"}})));
}

TEST_CASE("a workflow is put and read whole") {
  FakeFixture fixture;
  const std::string_view shown = R"({"id":"i","name":"fulfil","class_name":"Fulfil","limits":{"steps":5}})";
  fixture.client.answer(shown);
  CHECK(plumbline::to_text(Json(*fixture.run(write(fixture.account, "put_workflow", {{"workflow_name", "fulfil"}},
                                                   {JsonObject{{"class_name", "Fulfil"}}})))) == shown);
  CHECK(fixture.client.calls.at(0).body == R"({"class_name":"Fulfil"})");
  fixture.client.answer(shown);
  CHECK(plumbline::to_text(Json(*fixture.run(get_workflow(fixture.account, "fulfil")))) == shown);
  CHECK(fixture.client.calls.at(1).path == Pairs{{"account_id", "acc"}, {"workflow_name", "fulfil"}});
}

TEST_CASE("a list of Workers may be asked for tags") {
  FakeFixture fixture;
  fixture.client.answer("[]");
  CHECK(fixture.run(list_scripts(fixture.account, {.tags = "a:yes,b:no", .include_subdomain_availability = true})));
  CHECK(fixture.client.calls.at(0).query == Pairs{{"tags", "a:yes,b:no"}, {"include_subdomain_availability", "true"}});
}

TEST_CASE("assets go in base64 under their session's token, and the last bucket gives the completion token") {
  FakeFixture fixture;
  fixture.client.answer(R"({"jwt":"s","buckets":[["h1","h2"],["h3"]]})");
  const auto session = fixture.run(
      create_assets_session(fixture.account, "w", JsonObject{{"/a", JsonObject{{"hash", "h1"}, {"size", 2}}}}));
  REQUIRE(session);
  CHECK(fixture.client.calls.at(0).body == R"({"manifest":{"/a":{"hash":"h1","size":2}}})");
  CHECK(session->buckets == std::vector<std::vector<std::string>>{{"h1", "h2"}, {"h3"}});
  fixture.client.answer(R"({"jwt":null})");
  const auto first = fixture.run(upload_assets(fixture.account, session->jwt, {{"h1", "text/html", "hi"}}));
  REQUIRE(first);
  CHECK(first->empty());
  const Call& call = fixture.client.calls.at(1);
  CHECK(call.headers.get("Authorization") == "Bearer s");
  CHECK(call.query == Pairs{{"base64", "true"}});
  const auto parts = read_form(call.content_type, call.body);
  CHECK(parts->at(0).name == "h1");
  CHECK(parts->at(0).filename == "h1");
  CHECK(parts->at(0).content_type == "text/html");
  CHECK(parts->at(0).bytes == "aGk=");
  fixture.client.answer(R"({"jwt":"done"})");
  fixture.client.answers.back()->status = 201;
  CHECK(fixture.run(upload_assets(fixture.account, session->jwt, {{"h3", "application/null", ""}}))->reveal() ==
        "done");
}

TEST_CASE("a session or a completion without its token is an error, and so are buckets of another shape") {
  FakeFixture fixture;
  for (const std::string_view broken :
       {"null", "{}", R"({"jwt":"s"})", R"({"jwt":"s","buckets":{}})", R"({"jwt":"s","buckets":["h"]})",
        R"({"jwt":"s","buckets":[[1]]})", R"({"buckets":[]})"}) {
    CAPTURE(broken);
    fixture.client.answer(broken);
    CHECK_FALSE(fixture.run(create_assets_session(fixture.account, "w", {})));
  }
  fixture.client.answer("{}");
  fixture.client.answers.back()->status = 201;
  CHECK_FALSE(fixture.run(upload_assets(fixture.account, Secret("s"), {})));
}

TEST_CASE("deletes of the zone-level API are content with what is gone already") {
  FakeFixture fixture;
  fixture.client.fail(ErrorKind::not_found, 404, 10007);
  CHECK(fixture.run(write(fixture.account, "delete_zone_script", {{"zone_id", "z"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 10009);
  CHECK(fixture.run(write(fixture.account, "delete_filter", {{"zone_id", "z"}, {"filter_id", "f"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 10007);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_filter", {{"zone_id", "z"}, {"filter_id", "f"}})));
  fixture.client.answer(R"([{"id":"f","pattern":"a/*","enabled":true,"kept":1}])");
  CHECK(plumbline::to_text(Json(*fixture.run(list_filters(fixture.account, "z")))) ==
        R"([{"id":"f","pattern":"a/*","enabled":true,"kept":1}])");
}

TEST_CASE("the account's name on workers.dev is read, put and deleted") {
  FakeFixture fixture;
  fixture.client.answer(R"({"subdomain":"plumb"})");
  CHECK(string_member(*fixture.run(read_object(fixture.account, *OperationRef("get_account_subdomain"), {})),
                      "subdomain") == "plumb");
  fixture.client.answer(R"({"subdomain":"plumb"})");
  CHECK(fixture.run(write(fixture.account, "put_account_subdomain", {}, {JsonObject{{"subdomain", "plumb"}}})));
  CHECK(fixture.client.calls.back().body == R"({"subdomain":"plumb"})");
  fixture.client.fail(ErrorKind::not_found, 404, 10007);
  CHECK(fixture.run(write(fixture.account, "delete_account_subdomain")));
}

TEST_CASE("the versions of a Worker are read by the beta API, in pages or one by its id") {
  FakeFixture fixture;
  fixture.client.answer(R"([{"id":"v2"},{"id":"v1"}])");
  const auto versions =
      fixture.run(read_list(fixture.account, *OperationRef("list_beta_versions"), {{"worker_id", "w"}}));
  REQUIRE(versions);
  CHECK(versions->size() == 2);
  CHECK(fixture.client.calls.back().query == Pairs{{"page", "1"}, {"per_page", "100"}});
  fixture.client.answer(R"({"id":"v1","containers":[]})");
  CHECK(fixture.run(get_beta_version(fixture.account, "w", "v1")));
  CHECK(fixture.client.calls.back().path == Pairs{{"account_id", "acc"}, {"worker_id", "w"}, {"version_id", "v1"}});
  // A list that has lost an id is no list.
  fixture.client.answer(R"([{"number":1}])");
  CHECK_FALSE(fixture.run(read_list(fixture.account, *OperationRef("list_beta_versions"), {{"worker_id", "w"}})));
}

TEST_CASE("one Worker, route or domain is read by its id") {
  FakeFixture fixture;
  fixture.client.answer("{}");
  CHECK(fixture.run(read_object(fixture.account, *OperationRef("get_beta_worker"), {{"worker_id", "w"}})));
  fixture.client.answer("{}");
  CHECK(fixture.run(get_route(fixture.account, "z", "r")));
  fixture.client.answer("{}");
  CHECK(fixture.run(get_domain(fixture.account, "d")));
  CHECK(fixture.client.calls.at(0).path.back().second == "w");
  CHECK(fixture.client.calls.at(1).path == Pairs{{"account_id", "acc"}, {"zone_id", "z"}, {"route_id", "r"}});
  CHECK(fixture.client.calls.at(2).path.back().second == "d");
}

}  // namespace
}  // namespace plumbline::api
