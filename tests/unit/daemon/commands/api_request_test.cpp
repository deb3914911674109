#include "daemon/commands/api_request.h"

#include <doctest/doctest.h>

#include <map>

#include "api/multipart.h"

namespace plumbline::daemon {
namespace {

/// Files that only the test knows.
struct Files {
  Result<std::string> operator()(const std::string& file) const {
    const auto found = contents.find(file);
    if (found == contents.end()) return fail("No such file or directory");
    return found->second;
  }
  std::map<std::string, std::string> contents;
};

Result<api::Call> read(const ApiWords& words, const Files& files = {}) {
  return read_call(words, files);
}

std::string problem(const ApiWords& words, const Files& files = {}) {
  const auto call = read(words, files);
  return call ? "" : call.error().message;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("path, query and headers come out of words of the form NAME=VALUE") {
  const auto call = read({.operation = "get_version",
                          .parameters = {"version_id=v=1", "script_name=w"},
                          .query = {"a=b", "empty="},
                          .headers = {"If-None-Match=\"e\""}});
  REQUIRE(call);
  CHECK(call->operation->name == "get_version");
  CHECK(call->path == Pairs{{"version_id", "v=1"}, {"script_name", "w"}});
  CHECK(call->query == Pairs{{"a", "b"}, {"empty", ""}});
  CHECK(call->headers.get("if-none-match") == "\"e\"");
  CHECK(wants_account_id(*call));
}

TEST_CASE("the account is asked for unless the words name it or the path has none") {
  CHECK_FALSE(wants_account_id(*read({.operation = "list_scripts", .parameters = {"account_id=a"}})));
  CHECK_FALSE(wants_account_id(*read({.operation = "list_zones"})));
  CHECK(wants_account_id(*read({.operation = "list_scripts"})));
}

TEST_CASE("an unknown operation is told with the one that was meant") {
  CHECK(problem({.operation = "list_script"}) ==
        "unknown operation \"list_script\"; did you mean \"list_scripts\"?; `plumbline api --list` names them all");
}

TEST_CASE("parameters must be those of the path, whole and once") {
  CHECK(problem({.operation = "get_settings"}) == "get_settings needs script_name=VALUE");
  CHECK(problem({.operation = "get_settings", .parameters = {"script=w"}}) ==
        "get_settings has no parameter \"script\"; its parameters are: account_id, script_name (--query sets what "
        "follows the path)");
  CHECK(problem({.operation = "get_settings", .parameters = {"script_name="}}) == "the parameter script_name is empty");
  CHECK(problem({.operation = "get_settings", .parameters = {"script_name=a", "script_name=b"}}) ==
        "the parameter script_name is given twice");
  CHECK(problem({.operation = "get_settings", .parameters = {"w"}}) == "a parameter wants the form NAME=VALUE");
  CHECK(problem({.operation = "list_scripts", .query = {"=x"}}) == "--query wants the form NAME=VALUE");
}

TEST_CASE("credentials do not go through the command line") {
  for (const auto* header : {"Authorization=Bearer x", "x-auth-key=x", "X-Auth-Email=x"}) {
    const auto told = problem({.operation = "list_scripts", .headers = {header}});
    CHECK(told.starts_with("--header may not set "));
    CHECK_FALSE(told.contains("=x"));
  }
}

TEST_CASE("a body comes from a file with the type that the operation wants") {
  const Files files{{{"b", R"({"enabled":true})"}, {"-", "addEventListener()"}}};
  const auto call = read({.operation = "post_subdomain", .parameters = {"script_name=w"}, .body = "b"}, files);
  REQUIRE(call);
  CHECK(call->content_type == "application/json");
  CHECK(call->body == R"({"enabled":true})");
  const auto script = read({.operation = "upload_script_raw", .parameters = {"script_name=w"}, .body = "-"}, files);
  REQUIRE(script);
  CHECK(script->content_type == "application/javascript");
  const auto bulk = read({.operation = "put_secrets_bulk", .parameters = {"script_name=w"}, .body = "b"}, files);
  REQUIRE(bulk);
  CHECK(bulk->content_type == "application/merge-patch+json");
}

TEST_CASE("a body that is missing, not wanted or no JSON is told without its bytes") {
  const std::vector<std::string> worker{"script_name=w"};
  CHECK(problem({.operation = "put_secret", .parameters = worker}) ==
        "put_secret needs a body (JSON): give --body FILE, or - for standard input");
  CHECK(problem({.operation = "put_secret", .parameters = worker, .body = "gone"}) ==
        "gone: No such file or directory");
  CHECK(problem({.operation = "put_secret", .parameters = worker, .body = "b"}, {{{"b", "{sesame"}}}) ==
        "the body is not a JSON document");
  CHECK(problem({.operation = "get_settings", .parameters = worker, .body = "b"}) ==
        "get_settings has no body: leave --body out");
  CHECK(problem({.operation = "put_secret", .parameters = worker, .parts = {"a=b"}}) ==
        "put_secret takes no form: leave --part out");
  CHECK(problem({.operation = "upload_script", .parameters = worker, .body = "b"}) ==
        "upload_script takes a form: give --part NAME=FILE, not --body");
  CHECK(problem({.operation = "upload_script", .parameters = worker}) ==
        "upload_script takes a form: give --part NAME=FILE");
  CHECK(problem({.operation = "upload_script", .parameters = worker, .parts = {"metadata="}}) ==
        "--part metadata names no file: NAME=FILE");
}

TEST_CASE("a form has metadata without a file name and modules by theirs") {
  const Files files{{{"m.json", "{}"}, {"dist/i.js", "code"}, {"x", "\x01"}}};
  const auto call = read({.operation = "upload_script",
                          .parameters = {"script_name=w"},
                          .parts = {"metadata=m.json", "index.js=dist/i.js", "data=x", "b.txt=x;type=text/x-mine"}},
                         files);
  REQUIRE(call);
  const auto parts = api::read_form(call->content_type, call->body);
  REQUIRE(parts);
  REQUIRE(parts->size() == 4);
  CHECK(parts->at(0).content_type == "application/json");
  CHECK_FALSE(parts->at(0).filename);
  CHECK(parts->at(1).filename == "index.js");
  CHECK(parts->at(1).content_type == "application/javascript+module");
  CHECK(parts->at(1).bytes == "code");
  CHECK(parts->at(2).content_type == "application/octet-stream");
  CHECK(parts->at(3).content_type == "text/x-mine");
}

TEST_CASE("assets go with the token of their session and nothing else does") {
  const Files files{{{"t", "session\n"}, {"a", "YQ=="}}};
  const auto call = read({.operation = "upload_assets", .parts = {"h=a;type=text/html"}, .jwt = "t"}, files);
  REQUIRE(call);
  CHECK(call->headers.get("Authorization") == "Bearer session");
  CHECK(problem({.operation = "upload_assets", .parts = {"h=a"}}, files).starts_with("upload_assets needs the token"));
  CHECK(problem({.operation = "list_scripts", .jwt = "t"}, files) == "--jwt is for upload_assets");
}

}  // namespace
}  // namespace plumbline::daemon
