#include "daemon/http/endpoints.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

StatusView view(const std::vector<std::string>& missing = {}) {
  StatusView view;
  view.missing = [missing] { return missing; };
  view.status = [] { return Json(JsonObject{{"instance", "edge"}}); };
  view.access.rule = ReadAccess::Rule::open;
  return view;
}

net::HttpRequest get(std::string target) {
  return {.method = "GET", .target = std::move(target)};
}

Json body_of(const net::HttpResponse& response) {
  auto json = parse_json(response.body);
  REQUIRE(json);
  return std::move(*json);
}

StatusView guarded() {
  auto guarded = view();
  guarded.access.rule = ReadAccess::Rule::token;
  guarded.access.token = [] { return Result<Secret>(Secret("opensesame")); };
  return guarded;
}

net::HttpRequest with_token(std::string_view value) {
  auto request = get("/api/v1/status");
  request.headers.add("authorization", std::string(value));
  return request;
}

TEST_CASE("alive is whoever answers, ready or not") {
  CHECK(answer_status(view({"something"}), get("/livez")).status == 200);
}

TEST_CASE("readiness says what is missing") {
  const auto response = answer_status(view({"source a has not been fetched yet"}), get("/readyz?verbose"));
  CHECK(response.status == 503);
  CHECK(response.body == "not ready\n- source a has not been fetched yet\n");
  CHECK(answer_status(view(), get("/readyz")).status == 200);
}

TEST_CASE("an unknown path is a problem document") {
  const auto response = answer_status(view(), get("/api/v1/none"));
  CHECK(response.status == 404);
  CHECK(response.headers.get("content-type") == "application/problem+json");
  const auto body = body_of(response);
  CHECK(string_member(body, "title") == "Not Found");
  CHECK(string_member(body, "type") == "about:blank");
  REQUIRE(member(body, "status") != nullptr);
  CHECK(*member(body, "status") == 404);
}

TEST_CASE("other methods are told which ones there are") {
  const auto response = answer_status(view(), {.method = "POST", .target = "/livez"});
  CHECK(response.status == 405);
  CHECK(response.headers.get("allow") == "GET, HEAD");
  CHECK(response.headers.get("content-type") == "application/problem+json");
  CHECK(answer_status(view(), {.method = "HEAD", .target = "/livez"}).status == 200);
}

TEST_CASE("the status is JSON") {
  const auto response = answer_status(view(), get("/api/v1/status"));
  CHECK(response.status == 200);
  CHECK(response.headers.get("content-type") == "application/json");
  CHECK(string_member(body_of(response), "instance") == "edge");
}

TEST_CASE("a configured token is asked for, and health is open all the same") {
  CHECK(answer_status(guarded(), get("/api/v1/status")).status == 401);
  CHECK(answer_status(guarded(), with_token("Bearer wrong")).status == 401);
  CHECK(answer_status(guarded(), with_token("Basic opensesame")).status == 401);
  CHECK(answer_status(guarded(), with_token("Bearer ")).status == 401);
  CHECK(answer_status(guarded(), with_token("Bearer opensesame")).status == 200);
  CHECK(answer_status(guarded(), with_token("bearer opensesame")).status == 200);
  CHECK(answer_status(guarded(), get("/livez")).status == 200);
}

TEST_CASE("a refusal names the scheme and never the token") {
  const auto response = answer_status(guarded(), with_token("Bearer guess"));
  CHECK(response.headers.get("www-authenticate") == "Bearer");
  CHECK(response.body.find("opensesame") == std::string::npos);
  CHECK(response.body.find("guess") == std::string::npos);
}

TEST_CASE("a token that cannot be read lets nobody in") {
  auto broken = guarded();
  broken.access.token = [] { return Result<Secret>(fail("the file /run/token: No such file or directory")); };
  CHECK(answer_status(broken, with_token("Bearer opensesame")).status == 503);
}

TEST_CASE("without a token only loopback is open") {
  CHECK(read_rule("127.0.0.1:8080", false) == ReadAccess::Rule::open);
  CHECK(read_rule("[::1]:8080", false) == ReadAccess::Rule::open);
  CHECK(read_rule("0.0.0.0:8080", false) == ReadAccess::Rule::closed);
  CHECK(read_rule(":8080", false) == ReadAccess::Rule::closed);
  CHECK(read_rule("127.0.0.1:8080", true) == ReadAccess::Rule::token);
  auto closed = view();
  closed.access.rule = ReadAccess::Rule::closed;
  CHECK(answer_status(closed, get("/api/v1/status")).status == 403);
}

TEST_CASE("metrics are served at their own path in the exposition format") {
  const auto exposition = [] { return std::string("plumbline_leader 1\n"); };
  const auto response = answer_metrics(exposition, get("/metrics"));
  CHECK(response.status == 200);
  CHECK(response.headers.get("content-type").starts_with("text/plain; version=0.0.4"));
  CHECK(response.body == "plumbline_leader 1\n");
  CHECK(answer_metrics(exposition, get("/")).status == 404);
  CHECK(answer_metrics(exposition, {.method = "PUT", .target = "/metrics"}).status == 405);
}

TEST_CASE("what a request holds cannot break the answer") {
  const auto response = answer_status(view(), get("/a\"b\\c\x01"));
  CHECK(response.status == 404);
  body_of(response);
}

}  // namespace
}  // namespace plumbline::daemon
