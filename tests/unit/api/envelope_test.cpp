#include "api/envelope.h"

#include <doctest/doctest.h>

#include "api/classify.h"

namespace plumbline::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

const Operation& operation(std::string_view name) {
  const Operation* const found = find_operation(name);
  REQUIRE(found != nullptr);
  return *found;
}

net::HttpResponse json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json; charset=UTF-8"}}, std::move(body)};
}

Result<Answer> read(net::HttpResponse response, std::string_view name = "get_settings") {
  return read_answer(operation(name), std::move(response), system_clock::time_point());
}

Error error_of(net::HttpResponse response, std::string_view name = "get_settings") {
  const auto answer = read(std::move(response), name);
  REQUIRE_FALSE(answer);
  return answer.error();
}

std::string refusal(int code, const std::string& message) {
  return R"({"success":false,"errors":[{"code":)" + std::to_string(code) + R"(,"message":")" + message +
         R"("}],"messages":[],"result":null})";
}

TEST_CASE("a result and its info come out of the envelope") {
  const auto answer = read(json(200, R"({"success":true,"errors":[],"messages":[],"result":{"a":1},)"
                                     R"("result_info":{"page":1}})"));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(to_canonical_text(answer->result) == R"({"a":1})");
  CHECK(to_canonical_text(answer->result_info) == R"({"page":1})");
}

TEST_CASE("null errors and messages are no failure") {
  CHECK(read(json(200, R"({"success":true,"errors":null,"messages":null,"result":[]})")));
}

TEST_CASE("a missing result is null") {
  const auto answer = read(json(200, R"({"success":true})"));
  REQUIRE(answer);
  CHECK(answer->result.is_null());
}

TEST_CASE("no body is a success where nobody needs the result, and no answer where it is needed") {
  for (const Operation& row : operations()) {
    if (row.answer == AnswerShape::raw) continue;
    for (const std::string blank : {"", "\r\n", " \t\n"}) {
      CAPTURE(row.name);
      const auto answer = read_answer(row, {200, {}, blank}, system_clock::time_point());
      const bool needed = row.empty == EmptyBody::is_no_answer;
      // Of the uploads of assets 200 says nothing at all.
      CHECK(answer.has_value() != needed);
      if (answer) CHECK(answer->result.is_null());
      if (!answer) CHECK(answer.error().kind == kind_of_no_answer(row));
      CHECK(read_answer(row, {204, {}, blank}, system_clock::time_point()).has_value() != needed);
    }
  }
}

TEST_CASE(
    "what the seeds of the API call a write whose answer is needed is lost without one, and reads are made again") {
  for (const std::string_view name :
       {"post_subdomain", "create_filter", "upload_script", "patch_settings", "create_route", "put_domain",
        "create_queue_consumer", "put_workflow", "put_schedules", "create_version", "create_deployment"}) {
    CAPTURE(name);
    CHECK(error_of({200, {}, ""}, name).kind == ErrorKind::lost_answer);
  }
  for (const std::string_view name :
       {"delete_script", "delete_secret", "put_secrets_bulk", "delete_route", "delete_domain", "delete_queue_consumer",
        "delete_filter", "update_filter", "put_zone_script", "delete_zone_script", "delete_subdomain", "put_content"}) {
    CAPTURE(name);
    CHECK(read({200, {}, ""}, name));
  }
  CHECK(error_of({200, {}, ""}, "list_scripts").kind == ErrorKind::server);
  CHECK(error_of({200, {}, ""}, "get_content").kind == ErrorKind::server);
}

TEST_CASE("an answer comes only under the statuses of its operation") {
  const std::string whole = R"({"success":true,"errors":[],"messages":[],"result":[]})";
  for (const Operation& row : operations()) {
    if (row.answer == AnswerShape::raw) continue;
    for (int status = 200; status < 300; ++status) {
      CAPTURE(row.name);
      CAPTURE(status);
      const auto answer = read_answer(row, json(status, whole), system_clock::time_point());
      CHECK(answer.has_value() == row.statuses.contain(status));
      if (!answer) CHECK(answer.error().kind == kind_of_no_answer(row));
    }
  }
  for (const int status : {201, 202, 203, 205, 206, 207, 226}) {
    CAPTURE(status);
    CHECK(error_of(json(status, whole), "list_scripts").kind == ErrorKind::server);
    CHECK(error_of({status, {{"Content-Type", "application/javascript"}}, "x"}, "get_content").kind ==
          ErrorKind::server);
    CHECK(error_of(json(status, whole), "upload_script").kind == ErrorKind::lost_answer);
    CHECK(error_of(json(status, whole), "delete_script").kind == ErrorKind::lost_answer);
  }
  CHECK(read(json(201, whole), "upload_assets"));
  CHECK(read(json(202, whole), "upload_assets"));
  CHECK(error_of(json(200, whole), "upload_assets").kind == ErrorKind::server);
}

TEST_CASE("success beside errors is no answer, whatever the errors say") {
  for (const std::string errors : {R"([{"code":10007,"message":"gone"}])", R"([null])", R"({})", R"("x")", "1"}) {
    CAPTURE(errors);
    const std::string body = R"({"success":true,"errors":)" + errors + R"(,"result":[]})";
    const Error of_read = error_of(json(200, body), "list_scripts");
    CHECK(of_read.kind == ErrorKind::server);
    CHECK(of_read.code == 0);
    CHECK(error_of(json(200, body), "upload_script").kind == ErrorKind::lost_answer);
    CHECK(error_of(json(200, body), "delete_script").kind == ErrorKind::lost_answer);
  }
  const std::string told = R"({"success":true,"errors":[{"code":10007,"message":"gone"}],"result":[]})";
  CHECK(error_of(json(200, told)).message == "the answer says success, but lists errors: gone [code 10007]");
}

TEST_CASE("only the pages of 2018 may leave success out, and then tell a result") {
  const std::string bare = R"({"result":{"id":"0123"}})";
  for (const std::string_view name : {"create_filter", "update_filter", "delete_filter", "list_filters"}) {
    CAPTURE(name);
    CHECK(read(json(200, bare), name));
    CHECK(error_of(json(200, "{}"), name).kind != ErrorKind::not_found);
    CHECK(error_of(json(200, R"({"result":{},"success":null})"), name).kind != ErrorKind::invalid);
    CHECK_FALSE(read(json(200, R"({"result":{},"errors":[{"code":1,"message":"x"}]})"), name));
  }
  for (const std::string_view name : {"create_route", "list_routes", "upload_script", "get_subdomain"}) {
    CAPTURE(name);
    CHECK_FALSE(read(json(200, bare), name));
  }
}

TEST_CASE("an error names the pointers to what is wrong, even before a long message") {
  const std::string body =
      R"({"success":false,"errors":[{"code":"10021","message":"No such KV namespace","source":)"
      R"({"pointer":"/bindings/2/namespace_id"},"documentation_url":"https://developers.cloudflare.com/x"},)"
      R"({"code":10057,"source":{"pointer":"/bindings/3"}},{"code":"E_ODD","message":"odd"}]})";
  const Error error = error_of(json(400, body), "upload_script");
  CHECK(error.code == 10021);
  CHECK(error.kind == ErrorKind::invalid);
  CHECK(error.pointer == "/bindings/2/namespace_id");
  CHECK(error.documentation_url == "https://developers.cloudflare.com/x");
  CHECK(error.message == "/bindings/2/namespace_id: No such KV namespace; /bindings/3; odd [code E_ODD]");
  CHECK(to_text(error).ends_with("[code 10021] [see https://developers.cloudflare.com/x]"));
  const Error distant = error_of(json(400, R"({"success":false,"errors":[{"code":10021,"message":")" +
                                               std::string(5000, 'm') + R"(","source":{"pointer":"/bindings/7"}}]})"));
  CHECK(distant.message.starts_with("/bindings/7: mmm"));
  for (const std::string source : {"null", "7", "[]", R"({"pointer":7})", R"({"pointer":null})", "{}"}) {
    CHECK(error_of(json(400, R"({"success":false,"errors":[{"code":10021,"message":"m","source":)" + source + "}]}"))
              .message == "m");
  }
}

TEST_CASE("an error's chain tells its causes") {
  const Error error = error_of(json(
      400, R"({"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":)"
           R"([{"code":6111,"message":"Invalid format for Authorization header","error_chain":[{"message":"deep"}]},)"
           R"(null,{"code":1}]}]})"));
  CHECK(error.code == 6003);
  CHECK(error.message == "Invalid request headers: Invalid format for Authorization header: deep");
}

TEST_CASE("a code is a number, or a number as text") {
  struct Case {
    std::string code;
    int number;
  };
  for (const Case& expected : {Case{"10021", 10021}, Case{R"("10021")", 10021}, Case{"10021.0", 10021},
                               Case{R"("")", 0}, Case{R"("-5")", 0}, Case{R"("10021 ")", 0}, Case{R"("0x10")", 0},
                               Case{R"("99999999999")", 0}, Case{"99999999999", 0}, Case{"true", 0}, Case{"1.5", 0}}) {
    CAPTURE(expected.code);
    const auto body = R"({"success":false,"errors":[{"code":)" + expected.code + R"(,"message":"m"}]})";
    CHECK(error_of(json(400, body)).code == expected.number);
  }
}

TEST_CASE("an answer that is broken in any way is a server error") {
  for (const std::string body :
       {"{", "[]", "null", "\"x\"", "{}", R"({"success":"true","result":[]})", R"({"success":1,"result":[]})",
        R"({"result":[]})", R"({"success":true,"result":[]} trailing)", R"({"success":true,"result":[{"id")",
        R"({"success":null})", R"({"success":true,"success":true})"}) {
    CAPTURE(body);
    const Error error = error_of(json(200, body));
    CHECK(error.kind == ErrorKind::server);
    CHECK(error.status == 200);
    CHECK_FALSE(error.message.empty());
  }
}

TEST_CASE("HTML is an error under every status") {
  const std::string page = "<!DOCTYPE html><html><body>hello</body></html>";
  for (const int status : {200, 204, 404, 500, 502, 522}) {
    CAPTURE(status);
    const bool may_have_happened = status < 300;
    CHECK(error_of({status, {{"Content-Type", "text/html; charset=UTF-8"}}, page}, "delete_script").kind ==
          (may_have_happened ? ErrorKind::lost_answer : ErrorKind::server));
    CHECK(error_of({status, {{"Content-Type", "text/html; charset=UTF-8"}}, page}).kind == ErrorKind::server);
    CHECK(error_of({status, {}, page}).kind == ErrorKind::server);
  }
  CHECK(error_of({429, {{"Content-Type", "text/html"}}, page}).kind == ErrorKind::rate_limited);
  CHECK(error_of({403, {{"Content-Type", "text/html"}}, page}).kind == ErrorKind::blocked);
  CHECK(error_of({200, {{"Content-Type", "text/html"}}, page}, "list_scripts").kind == ErrorKind::server);
  CHECK(error_of({200, {{"Content-Type", "text/html"}}, page}, "get_content").kind == ErrorKind::server);
}

TEST_CASE("a firewall challenge is blocked whatever its status") {
  for (const int status : {200, 403, 503}) {
    const Error error = error_of({status, {{"cf-mitigated", "challenge"}, {"cf-ray", "8f1-AMS"}}, "<html>"});
    CHECK(error.kind == ErrorKind::blocked);
    CHECK(error.cf_ray == "8f1-AMS");
  }
}

TEST_CASE("an error names operation, endpoint, status, code, message and ray") {
  net::HttpResponse response = json(404, refusal(10007, "This Worker does not exist on your account."));
  response.headers.add("CF-Ray", "9a1b2c3d4e5f-FRA");
  const Error error = error_of(std::move(response));
  CHECK(error.operation == "get_settings");
  CHECK(error.endpoint == "GET /accounts/{account_id}/workers/scripts/{script_name}/settings");
  CHECK(error.status == 404);
  CHECK(error.code == 10007);
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(to_text(error) ==
        "GET /accounts/{account_id}/workers/scripts/{script_name}/settings: HTTP 404: This Worker does not exist on "
        "your account. [code 10007] [ray 9a1b2c3d4e5f-FRA]");
}

TEST_CASE("success false under 200 is a failure of the code's kind") {
  CHECK(error_of(json(200, refusal(10007, "gone"))).kind == ErrorKind::not_found);
  CHECK(error_of(json(200, refusal(10021, "bad"))).kind == ErrorKind::invalid);
  CHECK(error_of(json(200, R"({"success":false,"errors":null})")).kind == ErrorKind::server);
  CHECK(error_of(json(200, R"({"success":false,"errors":[{"message":"no code"}]})")).kind == ErrorKind::server);
}

TEST_CASE("several errors give the first code and all messages") {
  const Error error = error_of(json(400, R"({"success":false,"errors":[{"code":10057,"message":"A"},)"
                                         R"({"code":10058,"message":"B"}]})"));
  CHECK(error.code == 10057);
  CHECK(error.message == "A; B");
}

TEST_CASE("errors of a wrong shape do not hide the status") {
  for (const std::string body : {R"({"success":false,"errors":null})", R"({"success":false,"errors":[]})",
                                 R"({"success":false,"errors":[null]})", R"({"success":false,"errors":["x"]})",
                                 R"({"success":false,"errors":[{"code":"x10007"}]})",
                                 R"({"success":false,"errors":[{"code":1e300,"message":5}]})", R"({"error":"x"})"}) {
    CAPTURE(body);
    const Error error = error_of(json(400, body));
    CHECK(error.kind == ErrorKind::invalid);
    CHECK(error.code == 0);
    CHECK_FALSE(error.message.empty());
  }
}

TEST_CASE("a refusal without JSON is judged by its status alone and never means not found") {
  CHECK(error_of({404, {{"Content-Type", "text/plain"}}, "404 page not found"}).kind == ErrorKind::server);
  CHECK(error_of({502, {}, "bad gateway"}).kind == ErrorKind::server);
  CHECK(error_of({500, {}, ""}).kind == ErrorKind::server);
  CHECK(error_of({429, {}, ""}).kind == ErrorKind::rate_limited);
  CHECK(error_of({401, {}, ""}).kind == ErrorKind::forbidden);
  CHECK(error_of({302, {{"Location", "https://elsewhere"}}, ""}).kind == ErrorKind::invalid);
}

TEST_CASE("a message of the server is made printable and capped") {
  const Error escaped = error_of(json(400, refusal(10021, "a\\u001b[31mred\\nline")));
  CHECK(escaped.message.find('\x1b') == std::string::npos);
  CHECK(escaped.message.find('\n') == std::string::npos);
  std::string umlauts;
  for (int i = 0; i < 400; ++i) umlauts += "\xC3\xA4";
  for (const std::string& text : {std::string(100'000, 'x'), umlauts, "x" + umlauts}) {
    const Error error = error_of(json(400, refusal(10021, text)));
    CHECK(error.message.size() <= kMessageCap);
    CHECK(error.message.size() > kMessageCap - 10);
    CHECK(error.message.ends_with("..."));
    CHECK(error.message.find("\\x") == std::string::npos);
  }
  net::HttpResponse response = json(400, "{}");
  response.headers.add("cf-ray", "a\x1b[2J");
  CHECK(error_of(std::move(response)).cf_ray.find('\x1b') == std::string::npos);
}

TEST_CASE("Retry-After is kept on every error") {
  net::HttpResponse response = json(429, refusal(971, "slow down"));
  response.headers.add("Retry-After", "17");
  const Error error = error_of(std::move(response));
  CHECK(error.kind == ErrorKind::rate_limited);
  CHECK(error.retry_after == milliseconds(17'000));
  CHECK_FALSE(error_of(json(429, "{}")).retry_after);
}

TEST_CASE("code comes raw and a refusal under 200 is still one") {
  const auto code = read({200, {{"Content-Type", "application/javascript"}}, "addEventListener()"}, "get_content");
  REQUIRE(code);
  CHECK(code->raw == "addEventListener()");
  CHECK(code->content_type == "application/javascript");
  CHECK(error_of(json(200, refusal(10007, "gone")), "get_content").kind == ErrorKind::not_found);
  CHECK(error_of(json(404, refusal(10007, "gone")), "get_content").kind == ErrorKind::not_found);
  CHECK(error_of(json(200, R"({"success":true,"errors":[],"result":null})"), "get_content").kind == ErrorKind::server);
  CHECK(error_of({200, {{"Content-Type", "application/javascript"}}, ""}, "get_content").kind == ErrorKind::server);
  const auto nothing = read({204, {}, ""}, "get_content");
  REQUIRE(nothing);
  CHECK(nothing->status == 204);
}

TEST_CASE("status, code and operation together make the kind") {
  struct Case {
    std::string_view operation;
    int status;
    int code;
    ErrorKind kind;
  };
  for (const Case& expected : {
           Case{"list_scripts", 429, 10013, ErrorKind::rate_limited},
           Case{"list_scripts", 429, 10000, ErrorKind::rate_limited},
           Case{"list_scripts", 400, 971, ErrorKind::rate_limited},
           Case{"list_scripts", 500, 10013, ErrorKind::server},
           Case{"list_scripts", 500, 10002, ErrorKind::server},
           Case{"list_scripts", 503, 0, ErrorKind::server},
           // A code under 5xx is not to be trusted.
           Case{"get_settings", 500, 10007, ErrorKind::server},
           Case{"list_scripts", 400, 9106, ErrorKind::forbidden},
           Case{"list_scripts", 403, 9109, ErrorKind::forbidden},
           Case{"list_scripts", 403, 10000, ErrorKind::forbidden},
           Case{"list_scripts", 401, 0, ErrorKind::forbidden},
           Case{"upload_script", 403, 10015, ErrorKind::forbidden},
           Case{"upload_script", 412, 10079, ErrorKind::conflict},
           Case{"upload_script", 400, 10079, ErrorKind::conflict},
           Case{"upload_script", 409, 10035, ErrorKind::conflict},
           Case{"patch_settings", 400, 10214, ErrorKind::conflict},
           Case{"put_secret", 400, 10215, ErrorKind::conflict},
           Case{"create_route", 409, 10020, ErrorKind::conflict},
           Case{"create_route", 400, 10020, ErrorKind::conflict},
           Case{"put_domain", 409, 100116, ErrorKind::conflict},
           Case{"put_domain", 409, 100117, ErrorKind::invalid},
           Case{"get_settings", 404, 10007, ErrorKind::not_found},
           Case{"delete_secret", 404, 10056, ErrorKind::not_found},
           Case{"delete_secret", 400, 10056, ErrorKind::not_found},
           Case{"upload_script", 400, 10056, ErrorKind::invalid},
           Case{"get_version", 404, 100146, ErrorKind::not_found},
           Case{"list_scripts", 404, 7003, ErrorKind::invalid},
           Case{"delete_script", 404, 7003, ErrorKind::invalid},
           Case{"upload_script", 400, 10021, ErrorKind::invalid},
           Case{"upload_script", 413, 10027, ErrorKind::invalid},
           Case{"upload_script", 400, 12345, ErrorKind::invalid},
           Case{"create_route", 404, 10019, ErrorKind::invalid},
           Case{"delete_route", 404, 10009, ErrorKind::not_found},
       }) {
    CAPTURE(expected.operation);
    CAPTURE(expected.status);
    CAPTURE(expected.code);
    CHECK(to_string(classify(operation(expected.operation), expected.status, expected.code)) ==
          to_string(expected.kind));
  }
}

TEST_CASE("a failed exchange is unreachable only if nothing was sent") {
  using net::IoFailure;
  using net::Progress;
  for (const auto failure : {IoFailure::connect, IoFailure::resolve, IoFailure::tls, IoFailure::timeout}) {
    CHECK(classify(net::IoError{failure, Progress::nothing_sent, ""}) == ErrorKind::unreachable);
  }
  for (const auto failure : {IoFailure::closed, IoFailure::timeout, IoFailure::connect}) {
    CHECK(classify(net::IoError{failure, Progress::maybe_sent, ""}) == ErrorKind::lost_answer);
    CHECK(classify(net::IoError{failure, Progress::answer_begun, ""}) == ErrorKind::lost_answer);
  }
  CHECK(classify(net::IoError{IoFailure::malformed, Progress::answer_begun, ""}) == ErrorKind::server);
  CHECK(classify(net::IoError{IoFailure::too_large, Progress::answer_begun, ""}) == ErrorKind::server);
  CHECK(classify(net::IoError{IoFailure::refused, Progress::nothing_sent, ""}) == ErrorKind::invalid);
  CHECK(classify(net::IoError{IoFailure::proxy, Progress::nothing_sent, ""}) == ErrorKind::forbidden);
  CHECK(classify(net::IoError{IoFailure::cancelled, Progress::maybe_sent, ""}) == ErrorKind::cancelled);
}

TEST_CASE("no result shows the value of a secret, whatever the server shows") {
  const std::string body =
      R"({"success":true,"errors":[],"result":{"bindings":[{"name":"K","type":"secret_text","text":"zqCanary7"}],)"
      R"("jwt":"zqCanary7"}})";
  const auto answer = read(json(200, body));
  REQUIRE(answer);
  CHECK_FALSE(plumbline::to_text(answer->result).contains("zqCanary7"));
  const auto session = read(json(200, body), "create_assets_session");
  REQUIRE(session);
  CHECK(string_member(session->result, "jwt") == "zqCanary7");
  CHECK_FALSE(plumbline::to_text(*member(session->result, "bindings")).contains("zqCanary7"));
}

TEST_CASE("an error repeats no secret of its request, not even the part before a cut") {
  const std::string secret = "canary-" + std::string(100, 'x');
  const auto carried = [&] {
    std::vector<Secret> secrets;
    secrets.emplace_back(secret);
    return secrets;
  };
  for (const std::size_t before : {std::size_t{0}, kMessageCap - 20, 4 * kMessageCap - 20}) {
    CAPTURE(before);
    auto response = json(400, refusal(10021, std::string(before, '.') + secret));
    response.headers.add("cf-ray", secret);
    const auto answer = read_answer(operation("put_secret"), std::move(response), system_clock::time_point(), carried);
    REQUIRE_FALSE(answer);
    CHECK_FALSE(to_text(answer.error()).contains("canary"));
    CHECK(answer.error().code == 10021);
    CHECK(answer.error().cf_ray == "(redacted)");
  }
}

}  // namespace
}  // namespace plumbline::api
