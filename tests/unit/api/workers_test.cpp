#include "api/workers.h"

#include <doctest/doctest.h>

#include "api/any_call.h"
#include "api/envelope.h"
#include "api/multipart.h"
#include "tests/unit/api/fake_client.h"

namespace plumbline::api {
namespace {

using testing::FakeFixture;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("the list of scripts is one call with the account's priority") {
  FakeFixture fixture;
  fixture.client.answer(R"([{"id":"a","etag":"x"},{"id":"b"}])");
  const auto scripts = fixture.run(list_scripts(fixture.account));
  REQUIRE(scripts);
  CHECK(scripts->size() == 2);
  REQUIRE(fixture.client.calls.size() == 1);
  CHECK(fixture.client.calls[0].operation->name == "list_scripts");
  CHECK(fixture.client.calls[0].path == Pairs{{"account_id", "acc"}});
  CHECK(fixture.client.calls[0].query.empty());
  CHECK(fixture.client.calls[0].priority == Priority::apply);
}

TEST_CASE("an empty account is an empty list and nothing else is") {
  FakeFixture fixture;
  fixture.client.answer("[]");
  const auto none = fixture.run(list_scripts(fixture.account));
  REQUIRE(none);
  CHECK(none->empty());
  for (const std::string_view broken : {"null", "{}", "\"\"", "0", R"([null])", R"(["a"])", R"([{"id":"a"},{}])",
                                        R"([{"id":""}])", R"([{"id":7}])", R"([[]])"}) {
    CAPTURE(broken);
    fixture.client.answer(broken);
    const auto scripts = fixture.run(list_scripts(fixture.account));
    REQUIRE_FALSE(scripts);
    CHECK(scripts.error().kind == ErrorKind::server);
    CHECK(scripts.error().operation == "list_scripts");
  }
}

std::string page_of(std::size_t first, std::size_t count) {
  std::string page = "[";
  for (std::size_t i = 0; i < count; ++i) {
    page += std::string(i == 0 ? "" : ",") + R"({"id":"i)" + std::to_string(first + i) + R"(","name":"w)" +
            std::to_string(first + i) + R"("})";
  }
  return page + "]";
}

TEST_CASE("an upload whose exports name a workflow asks for the version of the upload that knows them") {
  const auto date_of = [](std::string_view exports) {
    FakeFixture fixture;
    fixture.client.answer("{}");
    const Json metadata{{"exports", parse_json(exports).value()}};
    CHECK(fixture.run(write(fixture.account, "upload_script", {{"script_name", "w"}}, {metadata, {}})));
    return std::string(fixture.client.calls.at(0).headers.get("Cloudflare-Workers-Script-Api-Date"));
  };
  CHECK(date_of(R"({"A": {"type": "durable-object"}, "B": {"type": "workflow", "name": "b"}})") == "2026-11-09");
  CHECK(date_of(R"({"A": {"type": "durable-object"}})").empty());
  CHECK(date_of("null").empty());
}

TEST_CASE("beta workers are read to the first short page") {
  FakeFixture fixture;
  fixture.client.answer(page_of(0, 100));
  fixture.client.answer(page_of(100, 100));
  fixture.client.answer(page_of(200, 3));
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE(workers);
  CHECK(workers->size() == 203);
  REQUIRE(fixture.client.calls.size() == 3);
  CHECK(fixture.client.calls[0].query ==
        Pairs{{"order_by", "name"}, {"order", "asc"}, {"page", "1"}, {"per_page", "100"}});
  CHECK(fixture.client.calls[2].query ==
        Pairs{{"order_by", "name"}, {"order", "asc"}, {"page", "3"}, {"per_page", "100"}});
}

TEST_CASE("a list in pages that contradicts its own count, or itself, is no list") {
  struct Page {
    std::string items;
    std::string info;
  };
  const std::vector<std::vector<Page>> broken{
      // another count on another page
      {{page_of(0, 100), R"({"total_count":103})"}, {page_of(100, 3), R"({"total_count":104})"}},
      {{page_of(0, 100), R"({"total_count":103})"}, {page_of(100, 3), "{}"}},
      // more than there are
      {{page_of(0, 3), R"({"total_count":2})"}},
      // an entry twice, on one page and on two
      {{R"([{"id":"i","name":"w"},{"id":"j","name":"w"}])", R"({"total_count":2})"}},
      {{page_of(0, 100), R"({"total_count":103})"}, {page_of(99, 3), R"({"total_count":103})"}},
  };
  for (const auto& pages : broken) {
    FakeFixture fixture;
    CAPTURE(pages.back().items.substr(0, 40));
    for (const auto& page : pages) {
      fixture.client.answer(page.items);
      fixture.client.answers.back()->result_info = *parse_json(page.info);
    }
    const auto workers = fixture.run(list_beta_workers(fixture.account));
    REQUIRE_FALSE(workers);
    CHECK(workers.error().kind == ErrorKind::server);
  }
}

TEST_CASE("what a list of Workers does not hold is proven only by one that tells its count") {
  FakeFixture fixture;
  fixture.client.answer(page_of(0, 3));
  CHECK_FALSE(fixture.run(list_beta_workers(fixture.account, Purpose::proof)));
  fixture.client.answer(page_of(0, 100));
  fixture.client.answers.back()->result_info = *parse_json(R"({"total_count":100})");
  CHECK(fixture.run(list_beta_workers(fixture.account, Purpose::proof))->size() == 100);
  CHECK(fixture.client.calls.size() == 2);
}

TEST_CASE("a full last page is followed by an empty one") {
  FakeFixture fixture;
  fixture.client.answer(page_of(0, 100));
  fixture.client.answer("[]");
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE(workers);
  CHECK(workers->size() == 100);
}

TEST_CASE("a page that fails fails the list") {
  FakeFixture fixture;
  fixture.client.answer(page_of(0, 100));
  fixture.client.fail(ErrorKind::server, 502, 0);
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE_FALSE(workers);
  CHECK(workers.error().status == 502);
}

TEST_CASE("a server that repeats a page for ever is an error") {
  FakeFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.client.answer(page_of(0, 100));
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE_FALSE(workers);
  CHECK(workers.error().kind == ErrorKind::server);
  CHECK(fixture.client.calls.size() == 2);
}

TEST_CASE("a server that never ends is an error") {
  FakeFixture fixture;
  for (std::size_t i = 0; i < 1001; ++i) fixture.client.answer(page_of(i * 100, 100));
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE_FALSE(workers);
  CHECK(fixture.client.calls.size() == 1000);
}

TEST_CASE("pages that are smaller than asked for lose nothing if the total is told") {
  FakeFixture fixture;
  for (int page = 0; page < 3; ++page) {
    fixture.client.answer(page_of(static_cast<std::size_t>(page) * 20, page == 2 ? 5 : 20));
    fixture.client.answers.back()->result_info = *parse_json(R"({"total_count":45})");
  }
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE(workers);
  CHECK(workers->size() == 45);
}

TEST_CASE("a list that ends before its total is an error") {
  FakeFixture fixture;
  fixture.client.answer(page_of(0, 20));
  fixture.client.answers.back()->result_info = *parse_json(R"({"total_count":45})");
  fixture.client.answer("[]");
  fixture.client.answers.back()->result_info = *parse_json(R"({"total_count":45})");
  const auto workers = fixture.run(list_beta_workers(fixture.account));
  REQUIRE_FALSE(workers);
  CHECK(workers.error().kind == ErrorKind::server);
}

TEST_CASE("an upload is one strict call with metadata and modules") {
  FakeFixture fixture;
  fixture.client.answer(R"({"id":"w","etag":"e"})");
  const auto answer =
      fixture.run(write(fixture.account, "upload_script", {{"script_name", "w"}},
                        {JsonObject{{"main_module", "i.js"}}, {{"i.js", "application/javascript+module", "code"}}}));
  REQUIRE(answer);
  CHECK(string_member(*answer, "etag") == "e");
  const Call& call = fixture.client.calls.at(0);
  CHECK(call.operation->name == "upload_script");
  CHECK(call.path == Pairs{{"account_id", "acc"}, {"script_name", "w"}});
  CHECK(call.query == Pairs{{"bindings_inherit", "strict"}});
  const auto parts = read_form(call.content_type, call.body);
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK(parts->at(0).name == "metadata");
  CHECK(parts->at(0).bytes == R"({"main_module":"i.js"})");
  CHECK(parts->at(1).filename == "i.js");
}

TEST_CASE("a Worker that is already gone counts as deleted and nothing else does") {
  FakeFixture fixture;
  fixture.client.answer("null");
  CHECK(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 10007);
  CHECK(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
  fixture.client.fail(ErrorKind::invalid, 404, 7003);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 10090);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
  fixture.client.fail(ErrorKind::server, 500, 10007);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_script", {{"script_name", "w"}})));
}

TEST_CASE("settings are patched with one part named settings") {
  FakeFixture fixture;
  fixture.client.answer("{}");
  CHECK(fixture.run(write(fixture.account, "patch_settings", {{"script_name", "w"}}, {JsonObject{{"logpush", true}}})));
  const Call& call = fixture.client.calls.at(0);
  const auto parts = read_form(call.content_type, call.body);
  REQUIRE(parts);
  REQUIRE(parts->size() == 1);
  CHECK(parts->at(0).name == "settings");
  CHECK(parts->at(0).content_type == "application/json");
  CHECK(parts->at(0).bytes == R"({"logpush":true})");
}

TEST_CASE("script settings are patched as plain JSON") {
  FakeFixture fixture;
  fixture.client.answer("{}");
  CHECK(fixture.run(
      write(fixture.account, "patch_script_settings", {{"script_name", "w"}}, {JsonObject{{"tags", JsonArray{"a"}}}})));
  CHECK(fixture.client.calls.at(0).content_type == "application/json");
  CHECK(fixture.client.calls.at(0).body == R"({"tags":["a"]})");
}

TEST_CASE("a result of another type than documented is an error") {
  FakeFixture fixture;
  for (const std::string_view broken : {"null", "[]", "\"x\""}) {
    fixture.client.answer(broken);
    const auto settings = fixture.run(get_settings(fixture.account, "w"));
    REQUIRE_FALSE(settings);
    CHECK(settings.error().kind == ErrorKind::server);
  }
}

TEST_CASE("secrets are put and deleted by name") {
  FakeFixture fixture;
  fixture.client.answer(R"({"name":"KEY","type":"secret_text"})");
  CHECK(fixture.run(write(fixture.account, "put_secret", {{"script_name", "w"}},
                          {JsonObject{{"name", "KEY"}, {"text", "va\"lue"}, {"type", "secret_text"}}})));
  CHECK(fixture.client.calls.at(0).body == R"({"name":"KEY","text":"va\"lue","type":"secret_text"})");
  fixture.client.answer("null");
  CHECK(fixture.run(write(fixture.account, "delete_secret", {{"script_name", "w"}, {"secret_name", "KEY"}})));
  CHECK(fixture.client.calls.at(1).path.back() == std::pair<std::string, std::string>("secret_name", "KEY"));
  fixture.client.fail(ErrorKind::not_found, 404, 10056);
  CHECK(fixture.run(write(fixture.account, "delete_secret", {{"script_name", "w"}, {"secret_name", "KEY"}})));
  fixture.client.fail(ErrorKind::not_found, 404, 10007);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_secret", {{"script_name", "w"}, {"secret_name", "KEY"}})));
}

TEST_CASE("secrets in bulk are a merge patch in which null deletes") {
  FakeFixture fixture;
  fixture.client.answer("null");
  CHECK(fixture.run(write(fixture.account, "put_secrets_bulk", {{"script_name", "w"}},
                          {JsonObject{{"secrets", JsonObject{{"OLD", nullptr}}}}})));
  CHECK(fixture.client.calls.at(0).content_type == "application/merge-patch+json");
  CHECK(fixture.client.calls.at(0).body == R"({"secrets":{"OLD":null}})");
}

TEST_CASE("lists inside an object are unwrapped and their absence is an error") {
  FakeFixture fixture;
  fixture.client.answer(R"({"deployments":[{"id":"d1"},{"id":"d0"}]})");
  CHECK(fixture.run(list_deployments(fixture.account, "w"))->size() == 2);
  fixture.client.answer(R"({"schedules":[{"cron":"* * * * *"}]})");
  CHECK(fixture.run(get_schedules(fixture.account, "w"))->size() == 1);
  fixture.client.answer(R"({"items":[{"id":"v1"}]})");
  CHECK(fixture.run(list_versions(fixture.account, "w"))->size() == 1);
  fixture.client.answer("{}");
  CHECK_FALSE(fixture.run(list_deployments(fixture.account, "w")));
  fixture.client.answer(R"({"schedules":null})");
  CHECK_FALSE(fixture.run(get_schedules(fixture.account, "w")));
}

TEST_CASE("schedules are put as a bare array and an empty one clears") {
  FakeFixture fixture;
  fixture.client.answer(R"({"schedules":[]})");
  CHECK(fixture.run(write(fixture.account, "put_schedules", {{"script_name", "w"}}, {JsonArray()})));
  CHECK(fixture.client.calls.at(0).body == "[]");
  fixture.client.answer(R"({"schedules":[{"cron":"0 * * * *"}]})");
  CHECK(fixture.run(
      write(fixture.account, "put_schedules", {{"script_name", "w"}}, {JsonArray{JsonObject{{"cron", "0 * * * *"}}}})));
  CHECK(fixture.client.calls.at(1).body == R"([{"cron":"0 * * * *"}])");
  // What answers a write is looked at as what answers a read is.
  for (const std::string_view broken : {"{}", R"({"schedules":null})", R"({"schedules":[{}]})",
                                        R"({"schedules":[{"cron":"* * * * *"},{"cron":"* * * * *"}]})"}) {
    CAPTURE(broken);
    fixture.client.answer(broken);
    const auto put = fixture.run(write(fixture.account, "put_schedules", {{"script_name", "w"}}, {JsonArray()}));
    REQUIRE_FALSE(put);
    CHECK(put.error().kind == ErrorKind::lost_answer);
  }
}

Answer content_answer(std::string type, std::string raw, net::Headers headers = {}) {
  Answer answer;
  answer.content_type = std::move(type);
  answer.raw = std::move(raw);
  answer.headers = std::move(headers);
  return answer;
}

TEST_CASE("modules come out of a form with their entry point") {
  FakeFixture fixture;
  const std::vector<FormPart> parts{{"index.js", "index.js", "application/javascript+module", "a"},
                                    {"b.wasm", "b.wasm", "application/wasm", "b"}};
  const Form form = write_form(parts);
  fixture.client.answers.emplace_back(content_answer(form.content_type, form.body, {{"cf-entrypoint", "index.js"}}));
  const auto content = fixture.run(get_content(fixture.account, "w"));
  REQUIRE(content);
  CHECK(content->is_module);
  CHECK(content->main == "index.js");
  REQUIRE(content->modules.size() == 2);
  CHECK(content->modules[1].name == "b.wasm");
  CHECK(content->modules[1].bytes == "b");
}

TEST_CASE("a service worker comes as it is and an assets-only Worker without code") {
  FakeFixture fixture;
  fixture.client.answers.emplace_back(content_answer("application/javascript", "addEventListener()"));
  const auto script = fixture.run(get_content(fixture.account, "w"));
  REQUIRE(script);
  CHECK_FALSE(script->is_module);
  REQUIRE(script->modules.size() == 1);
  CHECK(script->modules[0].bytes == "addEventListener()");
  Answer nothing;
  nothing.status = 204;
  fixture.client.answers.emplace_back(nothing);
  const auto none = fixture.run(get_content(fixture.account, "w"));
  REQUIRE(none);
  CHECK(none->modules.empty());
}

TEST_CASE("code of a wrong type or a broken form is an error") {
  FakeFixture fixture;
  for (Answer answer : {content_answer("text/plain", "x"), content_answer("multipart/form-data", "x"),
                        content_answer("multipart/form-data; boundary=b", "--b\r\n"), content_answer("", "")}) {
    fixture.client.answers.emplace_back(std::move(answer));
    const auto content = fixture.run(get_content(fixture.account, "w"));
    REQUIRE_FALSE(content);
    CHECK(content.error().kind == ErrorKind::server);
  }
}

TEST_CASE("a token is verified as a user's first and then as an account's") {
  FakeFixture fixture;
  fixture.client.answer(R"({"status":"active"})");
  CHECK(fixture.run(verify_token(fixture.account)));
  CHECK(fixture.client.calls.size() == 1);
  fixture.client.fail(ErrorKind::forbidden, 401, 1000);
  fixture.client.answer(R"({"status":"active"})");
  CHECK(fixture.run(verify_token(fixture.account)));
  CHECK(fixture.client.calls.back().operation->name == "verify_account_token");
  fixture.client.fail(ErrorKind::forbidden, 401, 1000);
  fixture.client.fail(ErrorKind::forbidden, 403, 9109);
  const auto neither = fixture.run(verify_token(fixture.account));
  REQUIRE_FALSE(neither);
  CHECK(neither.error().code == 1000);
}

TEST_CASE("a server that is down is not asked about the other kind of token") {
  FakeFixture fixture;
  fixture.client.fail(ErrorKind::unreachable, 0, 0);
  CHECK_FALSE(fixture.run(verify_token(fixture.account)));
  CHECK(fixture.client.calls.size() == 1);
}

TEST_CASE("zones are listed for the account and by name") {
  FakeFixture fixture;
  fixture.client.answer(R"([{"id":"z","name":"example.com"}])");
  CHECK(fixture.run(list_zones(fixture.account, "example.com"))->size() == 1);
  CHECK(fixture.client.calls.at(0).query ==
        Pairs{{"account.id", "acc"}, {"name", "example.com"}, {"page", "1"}, {"per_page", "50"}});
}

TEST_CASE("routes are listed, created, changed and deleted by zone") {
  FakeFixture fixture;
  fixture.client.answer(R"([{"id":"r","pattern":"a/*"}])");
  CHECK(fixture.run(list_routes(fixture.account, "z")));
  fixture.client.answer(R"({"id":"r"})");
  CHECK(fixture.run(write(fixture.account, "create_route", {{"zone_id", "z"}}, {JsonObject{{"pattern", "a/*"}}})));
  fixture.client.answer(R"({"id":"r"})");
  CHECK(fixture.run(
      write(fixture.account, "update_route", {{"zone_id", "z"}, {"route_id", "r"}}, {JsonObject{{"pattern", "b/*"}}})));
  CHECK(fixture.client.calls.at(2).path == Pairs{{"account_id", "acc"}, {"zone_id", "z"}, {"route_id", "r"}});
  CHECK(fixture.client.calls.at(2).body == R"({"pattern":"b/*"})");
  fixture.client.fail(ErrorKind::not_found, 404, 10009);
  CHECK(fixture.run(write(fixture.account, "delete_route", {{"zone_id", "z"}, {"route_id", "r"}})));
  fixture.client.fail(ErrorKind::invalid, 404, 7003);
  CHECK_FALSE(fixture.run(write(fixture.account, "delete_route", {{"zone_id", "z"}, {"route_id", "r"}})));
}

TEST_CASE("domains are listed, put and deleted") {
  FakeFixture fixture;
  fixture.client.answer(R"([{"id":"d","hostname":"a.example.com","service":"shop"}])");
  CHECK(fixture.run(list_domains(fixture.account)));
  fixture.client.answer(R"({"id":"d"})");
  CHECK(fixture.run(write(fixture.account, "put_domain", {}, {JsonObject{{"hostname", "a.example.com"}}})));
  CHECK(fixture.client.calls.at(1).body == R"({"hostname":"a.example.com"})");
  fixture.client.fail(ErrorKind::not_found, 404, 100114);
  CHECK(fixture.run(write(fixture.account, "delete_domain", {{"domain_id", "d"}})));
}

}  // namespace
}  // namespace plumbline::api
