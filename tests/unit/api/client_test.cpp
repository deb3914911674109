#include "api/client.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "api/any_call.h"
#include "api/assets.h"
#include "api/reaction.h"
#include "api/workers.h"
#include "base/version.h"
#include "tests/unit/api/client_fixture.h"

// What a call sends, and who it is from.
namespace plumbline::api {
namespace {

using testing::call_into;
using testing::ClientFixture;

TEST_CASE("a large answer is read on the pool") {
  boost::asio::io_context pool;
  ClientFixture fixture;
  fixture.options.pool = pool.get_executor();
  fixture.imposter.succeed("[{\"id\":\"" + std::string(100'000, 'a') + "\"}]");
  fixture.imposter.succeed("[]");
  fixture.start();
  const auto turns_of_pool = [&] {
    std::optional<Result<Answer>> answer;
    boost::asio::co_spawn(fixture.context, call_into(fixture.client.get(), &answer), boost::asio::detached);
    std::size_t turns = 0;
    while (!answer) {
      fixture.context.restart();
      fixture.context.run_for(std::chrono::milliseconds(1));
      pool.restart();
      turns += pool.poll();
    }
    REQUIRE(answer->has_value());
    return turns;
  };
  CHECK(turns_of_pool() > 0);
  CHECK(turns_of_pool() == 0);
}

TEST_CASE("a call is one request with escaped path, query, credentials and user agent") {
  ClientFixture fixture;
  fixture.imposter.succeed(R"({"a":1})");
  fixture.start();
  Call call;
  call.operation = find_operation("get_settings");
  call.path = {{"script_name", "my worker/1?"}, {"account_id", "acc"}};
  call.query = {{"tags", "a:yes,b&c"}, {"x y", ""}};
  call.headers = {{"If-None-Match", "\"e\""}};
  const auto answer = fixture.run(fixture.client->call(std::move(call)));
  REQUIRE(answer);
  CHECK(to_canonical_text(answer->result) == R"({"a":1})");
  REQUIRE(fixture.imposter.requests.size() == 1);
  const net::HttpRequest& request = fixture.imposter.requests[0];
  CHECK(request.method == "GET");
  CHECK(request.target ==
        "/client/v4/accounts/acc/workers/scripts/my%20worker%2F1%3F/settings?tags=a%3Ayes%2Cb%26c&x%20y=");
  CHECK(request.headers.get("Authorization") == "Bearer sesame");
  CHECK(request.headers.get("User-Agent") == "plumbline/" + std::string(version()));
  CHECK(request.headers.get("If-None-Match") == "\"e\"");
  CHECK(request.headers.get("Accept") == "application/json");
  CHECK(request.headers.get("Accept-Encoding") == "gzip");
  CHECK_FALSE(request.headers.contains("Content-Type"));
  CHECK_FALSE(request.headers.contains("Content-Length"));
  CHECK(request.body.empty());
}

JsonObject a_secret(const std::string& value) {
  return {{"name", "KEY"}, {"text", value}, {"type", "secret_text"}};
}

TEST_CASE("body and content type go as they are") {
  ClientFixture fixture;
  fixture.imposter.succeed();
  fixture.start();
  const Account account{fixture.client.get(), "acc"};
  CHECK(fixture.run(write(account, "put_secret", {{"script_name", "w"}}, {a_secret("v")})));
  const net::HttpRequest& request = fixture.imposter.requests.at(0);
  CHECK(request.method == "PUT");
  CHECK(request.target == "/client/v4/accounts/acc/workers/scripts/w/secrets");
  CHECK(request.headers.get("Content-Type") == "application/json");
  CHECK(request.body == R"({"name":"KEY","text":"v","type":"secret_text"})");
}

TEST_CASE("a global key goes with its address and without a bearer token") {
  ClientFixture fixture;
  fixture.options.credentials = [] { return Credentials{{}, Secret("key"), "a@b.example"}; };
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  const net::Headers& headers = fixture.imposter.requests.at(0).headers;
  CHECK(headers.get("X-Auth-Key") == "key");
  CHECK(headers.get("X-Auth-Email") == "a@b.example");
  CHECK_FALSE(headers.contains("Authorization"));
}

TEST_CASE("a token that is refused may want a key instead where a source says so, and a key that is refused does not") {
  const auto refused = [](std::string_view operation, bool by_key, int status, int code) {
    ClientFixture fixture;
    if (by_key) fixture.options.credentials = [] { return Credentials{{}, Secret("key"), "a@b.example"}; };
    fixture.imposter.refuse(status, code);
    const auto answer = fixture.call(operation);
    REQUIRE_FALSE(answer);
    return may_want_key(answer.error());
  };
  CHECK(refused("list_filters", false, 403, 10000));
  CHECK(refused("create_filter", false, 401, 10000));
  CHECK_FALSE(refused("list_filters", true, 403, 10000));
  CHECK_FALSE(refused("list_filters", false, 404, 7003));
  CHECK_FALSE(refused("download_zone_script", false, 403, 10000));
  CHECK_FALSE(refused("list_routes", false, 403, 10000));
}

TEST_CASE("credentials are asked for every attempt") {
  ClientFixture fixture;
  int asked = 0;
  fixture.options.credentials = [&] { return Credentials{Secret(fmt::format("token{}", ++asked)), {}, {}}; };
  fixture.imposter.refuse(503, 0);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.at(1).headers.get("Authorization") == "Bearer token2");
}

TEST_CASE("a session's own token is not overwritten") {
  ClientFixture fixture;
  fixture.imposter.reply(202, R"({"success":true,"result":{}})");
  fixture.start();
  Call call;
  call.operation = find_operation("upload_assets");
  call.path = {{"account_id", "acc"}};
  call.headers = {{"Authorization", "Bearer session"}};
  CHECK(fixture.run(fixture.client->call(std::move(call))));
  CHECK(fixture.imposter.requests.at(0).headers.get("Authorization") == "Bearer session");
}

TEST_CASE("every row of the endpoint table goes out with its method and path") {
  ClientFixture fixture;
  for (const Operation& operation : operations()) {
    if (operation.answer == AnswerShape::raw) {
      fixture.imposter.reply(200, "code", {{"Content-Type", "application/javascript"}});
    } else {
      fixture.imposter.reply(operation.statuses.all().front(), R"({"success":true,"result":null})");
    }
  }
  fixture.start();
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    Call call;
    call.operation = &operation;
    // The path with every placeholder replaced by its own name.
    std::string expected(operation.path);
    std::string_view rest = operation.path;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
      const auto close = rest.find('}', open);
      const std::string name(rest.substr(open + 1, close - open - 1));
      call.path.emplace_back(name, name);
      rest.remove_prefix(close + 1);
    }
    std::erase_if(expected, [](char c) { return c == '{' || c == '}'; });
    CHECK(fixture.run(fixture.client->call(std::move(call))));
    CHECK(fixture.imposter.requests.back().method == operation.method);
    CHECK(fixture.imposter.requests.back().target == "/client/v4" + expected);
  }
  CHECK(fixture.http->connections_opened() == 1);
}

TEST_CASE("a missing or empty parameter and a missing operation are faults of the program") {
  ClientFixture fixture;
  fixture.start();
  const auto try_call = [&](const Call& call) { std::ignore = fixture.run(fixture.client->call(call)); };
  Call call;
  call.operation = find_operation("get_settings");
  call.path = {{"account_id", "acc"}};
  CHECK_THROWS_AS(try_call(call), std::logic_error);
  call.path.emplace_back("script_name", "");
  CHECK_THROWS_AS(try_call(call), std::logic_error);
  CHECK_THROWS_AS(try_call(Call{}), std::logic_error);
  CHECK(fixture.imposter.requests.empty());
}

TEST_CASE("what a request carried in secret shows in no error of a server that repeats it") {
  ClientFixture fixture;
  fixture.start();
  const Account account{fixture.client.get(), "acc"};
  const std::string value = "canary \"4711\"\n";
  const JsonObject document{
      {"bindings", JsonArray{JsonObject{{"name", "KEY"}, {"type", "secret_text"}, {"text", value}}}}};
  const auto told = [](const auto& answer) {
    REQUIRE_FALSE(answer);
    return answer.error().message;
  };
  const auto refuse = [&](const std::string& message) {
    const Json envelope{{"success", false}, {"errors", JsonArray{JsonObject{{"code", 10021}, {"message", message}}}}};
    fixture.imposter.reply(400, plumbline::to_text(envelope));
  };
  const std::string body = R"(bad body {"text":"canary \"4711\"\n"})";
  const std::string expected = R"x(bad body {"text":"(redacted)"})x";
  refuse("bad " + value + " of sesame");
  for (int i = 0; i < 3; ++i) refuse(body);
  refuse("no session ey.x.y");
  CHECK(told(fixture.run(write(account, "put_secret", {{"script_name", "w"}}, {a_secret(value)}))) ==
        "bad (redacted) of (redacted)");
  CHECK(told(fixture.run(write(account, "upload_script", {{"script_name", "w"}}, {document, {}}))) == expected);
  CHECK(told(fixture.run(write(account, "patch_settings", {{"script_name", "w"}}, {document}))) == expected);
  const JsonObject bulk{{"KEY", JsonObject{{"name", "KEY"}, {"type", "secret_text"}, {"text", value}}}};
  CHECK(told(fixture.run(
            write(account, "put_secrets_bulk", {{"script_name", "w"}}, {JsonObject{{"secrets", bulk}}}))) == expected);
  CHECK(told(fixture.run(upload_assets(account, Secret("ey.x.y"), {}))) == "no session (redacted)");
}

TEST_CASE("no token and no key shows in any error") {
  ClientFixture fixture;
  fixture.options.credentials = [] { return Credentials{Secret("sesame\r\nX: y"), {}, {}}; };
  const auto refused = fixture.call("list_scripts");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::invalid);
  CHECK(to_text(refused.error()).find("sesame") == std::string::npos);
  CHECK(fixture.imposter.requests.empty());
}

}  // namespace
}  // namespace plumbline::api
