#include "api/redact.h"

#include <doctest/doctest.h>

namespace plumbline::api {
namespace {

// In the expected texts `#` stands for what is redacted.
void check(std::string_view json, std::string expected) {
  for (auto at = expected.find('#'); at != std::string::npos; at = expected.find('#')) {
    expected.replace(at, 1, "\"(redacted)\"");
  }
  CHECK(to_text(redacted(*parse_json(json))) == expected);
}

TEST_CASE("tokens of upload sessions and tails, keys, passwords and values of secrets are redacted at any depth") {
  check(R"({"jwt":"ey.x.y","buckets":[["h"]]})", R"({"jwt":#,"buckets":[["h"]]})");
  check(R"([{"bindings":[{"name":"K","text":"v","type":"secret_text"}]}])",
        R"([{"bindings":[{"name":"K","text":#,"type":"secret_text"}]}])");
  check(R"({"key_base64":"a","key_jwk":{"k":"b"}})", R"({"key_base64":#,"key_jwk":#})");
  check(R"({"origin":{"password":"p","access_client_secret":"s","user":"u"}})",
        R"({"origin":{"password":#,"access_client_secret":#,"user":"u"}})");
  check(R"({"url":"wss://tail.example/x"})", R"({"url":#})");
}

TEST_CASE("what only looks like a secret is kept") {
  for (const std::string kept : {R"({"type":"plain_text","text":"hello"})", R"({"jwt":null,"buckets":[]})",
                                 R"({"url":"https://example.com/"})", R"("text")", R"([1,null,true])"}) {
    check(kept, kept);
  }
}

}  // namespace
}  // namespace plumbline::api
