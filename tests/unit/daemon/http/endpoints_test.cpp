#include "daemon/http/endpoints.h"

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include "daemon/blocking.h"

namespace plumbline::daemon {
namespace {

using net::HttpRequest;
using net::HttpResponse;

Access open() {
  return {.rule = Access::Rule::open};
}

Access token(const std::string& value) {
  return {.rule = Access::Rule::token, .token = [value] { return Result<Secret>(Secret(value)); }};
}

net::Awaitable<net::Reply> told(Call call) {
  std::string text = "read";
  for (const auto& [name, value] : call.parameters) text.append(" ").append(name).append("=").append(value);
  for (const auto& field : call.body) text += " " + std::string(field.key());
  co_return text_reply(200, text);
}

// Endpoints of every level.
Endpoints endpoints(AccessRules rules) {
  return Endpoints(
      {{.method = "GET", .path = "/livez", .level = Level::health, .fields = {}, .answer = told},
       {.method = "GET", .path = "/api/v1/status", .level = Level::read, .fields = {}, .answer = told},
       {.method = "GET", .path = "/api/v1/sources/{source}", .level = Level::read, .fields = {}, .answer = told},
       {.method = "POST",
        .path = "/api/v1/sources/{source}/suspend",
        .level = Level::admin,
        .fields = {"for", "reason"},
        .answer = told}},
      std::move(rules));
}

HttpResponse ask(const Endpoints& endpoints, HttpRequest request) {
  if (!request.headers.contains("Host")) request.headers.add("Host", "127.0.0.1:8080");
  boost::asio::io_context io(1);
  return run_until_done(io, endpoints.answer(std::move(request))).response;
}

HttpRequest get(std::string target) {
  return {.method = "GET", .target = std::move(target)};
}

HttpRequest post(std::string target, std::string body = "{}") {
  HttpRequest request{.method = "POST", .target = std::move(target), .body = std::move(body)};
  request.headers.add("Content-Type", "application/json");
  return request;
}

HttpRequest with(HttpRequest request, std::string_view name, std::string value) {
  request.headers.set(name, std::move(value));
  return request;
}

Json body_of(const HttpResponse& response) {
  auto json = parse_json(response.body);
  REQUIRE(json);
  return std::move(*json);
}

const AccessRules kOpen{.read = open(), .admin = open()};

TEST_CASE("an endpoint gets the parameters of its path, decoded") {
  const auto all = endpoints(kOpen);
  CHECK(ask(all, get("/api/v1/sources/pro%2Fd?x=1")).body == "read source=pro/d");
  CHECK(ask(all, get("/api/v1/sources/")).status == 404);
  CHECK(ask(all, get("/api/v1/sources/%zz")).status == 404);
  CHECK(ask(all, post("/api/v1/sources/prod/suspend", R"({"for":"2h"})")).body == "read source=prod for");
}

TEST_CASE("every answer says whose it is, and errors are problem documents") {
  const auto response = ask(endpoints(kOpen), get("/api/v1/none"));
  CHECK(response.status == 404);
  CHECK(response.headers.get("content-type") == "application/problem+json");
  CHECK(response.headers.get("server").starts_with("plumbline/"));
  CHECK(string_member(body_of(response), "title") == "Not Found");
  CHECK(ask(endpoints(kOpen), get("/livez")).headers.get("server").starts_with("plumbline/"));
}

TEST_CASE("other methods are told which ones there are") {
  const auto response = ask(endpoints(kOpen), post("/api/v1/status"));
  CHECK(response.status == 405);
  CHECK(response.headers.get("allow") == "GET, HEAD");
  CHECK(ask(endpoints(kOpen), get("/api/v1/sources/prod/suspend")).headers.get("allow") == "POST");
  CHECK(ask(endpoints(kOpen), {.method = "HEAD", .target = "/api/v1/status"}).status == 200);
}

TEST_CASE("a body is a JSON object of known fields, and says that it is JSON") {
  const auto all = endpoints(kOpen);
  const std::string target = "/api/v1/sources/prod/suspend";
  CHECK(ask(all, with(post(target), "Content-Type", "text/plain")).status == 415);
  CHECK(ask(all, with(post(target), "Content-Type", "application/x-www-form-urlencoded")).status == 415);
  CHECK(ask(all, with(post(target), "Content-Type", "Application/JSON; charset=utf-8")).status == 200);
  CHECK(ask(all, post(target, "")).status == 200);
  CHECK(ask(all, post(target, "[]")).status == 400);
  CHECK(ask(all, post(target, "{")).status == 400);
  const auto unknown = ask(all, post(target, R"({"until":"x"})"));
  CHECK(unknown.status == 400);
  CHECK(string_member(body_of(unknown), "detail") == "There is no field until");
}

TEST_CASE("a configured token is asked for, and health is open all the same") {
  const auto all = endpoints({.read = token("opensesame"), .admin = token("admin")});
  const auto status = get("/api/v1/status");
  CHECK(ask(all, get("/livez")).status == 200);
  CHECK(ask(all, status).status == 401);
  CHECK(ask(all, status).headers.get("www-authenticate") == "Bearer");
  CHECK(ask(all, with(status, "Authorization", "Bearer wrong")).status == 401);
  CHECK(ask(all, with(status, "Authorization", "Basic opensesame")).status == 401);
  CHECK(ask(all, with(status, "Authorization", "Bearer ")).status == 401);
  CHECK(ask(all, with(status, "Authorization", "bearer opensesame")).status == 200);
  CHECK(ask(all, with(status, "Authorization", "Bearer admin")).status == 200);
}

TEST_CASE("who may read may not change anything") {
  const auto all = endpoints({.read = token("opensesame"), .admin = token("admin")});
  const auto suspend = post("/api/v1/sources/prod/suspend");
  CHECK(ask(all, suspend).status == 401);
  CHECK(ask(all, with(suspend, "Authorization", "Bearer opensesame")).status == 401);
  CHECK(ask(all, with(suspend, "Authorization", "Bearer admin")).status == 200);
}

TEST_CASE("what is reachable from outside is closed without a token") {
  CHECK(access_rule("0.0.0.0:8080", false) == Access::Rule::closed);
  CHECK(access_rule("0.0.0.0:8080", true) == Access::Rule::token);
  CHECK(access_rule("127.0.0.1:8080", false) == Access::Rule::open);
  const auto all = endpoints({.read = {}, .admin = {}});
  const auto response = ask(all, get("/api/v1/status"));
  CHECK(response.status == 403);
  CHECK(string_member(body_of(response), "detail").contains("configure server.read_token"));
  CHECK(ask(all, post("/api/v1/sources/prod/suspend")).status == 403);
  CHECK(ask(all, get("/livez")).status == 200);
  // The admin token reads as well.
  const auto administered = endpoints({.read = {}, .admin = token("admin")});
  CHECK(ask(administered, with(get("/api/v1/status"), "Authorization", "Bearer admin")).status == 200);
  CHECK(ask(administered, get("/api/v1/status")).status == 401);
}

TEST_CASE("without a token only this machine's own names are answered, whatever DNS says") {
  const auto all = endpoints(kOpen);
  const auto status = get("/api/v1/status");
  for (const auto* host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.7.6:1", "[::1]:8080"}) {
    CHECK_MESSAGE(ask(all, with(status, "Host", host)).status == 200, host);
  }
  for (const auto* host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", ""}) {
    CHECK_MESSAGE(ask(all, with(status, "Host", host)).status == 421, host);
  }
  CHECK(ask(all, with(post("/api/v1/sources/prod/suspend"), "Host", "evil.example")).status == 421);
  // With a token, a name of any kind may lead here.
  const auto guarded = endpoints({.read = token("t"), .admin = token("t")});
  CHECK(ask(guarded, with(with(status, "Host", "plumbline.example"), "Authorization", "Bearer t")).status == 200);
}

TEST_CASE("nothing is changed on behalf of a page of another origin") {
  const auto all = endpoints(kOpen);
  const auto suspend = post("/api/v1/sources/prod/suspend");
  CHECK(ask(all, with(suspend, "Origin", "http://evil.example")).status == 403);
  CHECK(ask(all, with(suspend, "Origin", "null")).status == 403);
  CHECK(ask(all, with(suspend, "Sec-Fetch-Site", "cross-site")).status == 403);
  CHECK(ask(all, with(suspend, "Sec-Fetch-Site", "same-site")).status == 403);
  CHECK(ask(all, with(suspend, "Origin", "http://127.0.0.1:8080")).status == 200);
  CHECK(ask(all, with(suspend, "Sec-Fetch-Site", "same-origin")).status == 200);
}

TEST_CASE("a token that cannot be read lets nobody in, and its problem is no secret of ours to tell") {
  auto broken = token("x");
  broken.token = [] { return Result<Secret>(fail("the file /run/secrets/read: no such file")); };
  const auto response =
      ask(endpoints({.read = broken, .admin = open()}), with(get("/api/v1/status"), "Authorization", "Bearer x"));
  CHECK(response.status == 503);
  CHECK(!response.body.contains("/run/secrets"));
}

TEST_CASE("what does not exist is told only to who may read") {
  const auto all = endpoints({.read = token("t"), .admin = token("t")});
  CHECK(ask(all, get("/api/v1/none")).status == 401);
  CHECK(ask(all, with(get("/api/v1/none"), "Authorization", "Bearer t")).status == 404);
}

TEST_CASE("a path is printed safely") {
  const auto response = ask(endpoints(kOpen), get("/a\"b\\c\x01"));
  CHECK(response.status == 404);
  CHECK(string_member(body_of(response), "detail") == "There is nothing at /a\"b\\c\\x01");
}

TEST_CASE("metrics are plain text, and read only") {
  const auto exposition = [] { return std::string("up 1\n"); };
  const auto response = answer_metrics(exposition, get("/metrics"));
  CHECK(response.status == 200);
  CHECK(response.headers.get("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(response.body == "up 1\n");
  CHECK(answer_metrics(exposition, post("/metrics")).status == 405);
  CHECK(answer_metrics(exposition, get("/")).status == 404);
}

TEST_CASE("health is what may be asked while others wait") {
  CHECK(is_health(get("/livez")));
  CHECK(is_health(get("/readyz?verbose")));
  CHECK(is_health(get("/metrics")));
  CHECK(!is_health(get("/api/v1/status")));
}

}  // namespace
}  // namespace plumbline::daemon
