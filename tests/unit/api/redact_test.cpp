#include "api/redact.h"

#include <doctest/doctest.h>

#include <initializer_list>

#include "api/multipart.h"

namespace plumbline::api {
namespace {

// In the expected texts `#` stands for what is redacted.
void check(std::string_view json, std::string expected) {
  for (auto at = expected.find('#'); at != std::string::npos; at = expected.find('#')) {
    expected.replace(at, 1, "\"(redacted)\"");
  }
  CHECK(plumbline::to_text(redacted(*parse_json(json))) == expected);
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

// The values, one a line.
std::string carried(std::string_view content_type, std::string_view body) {
  std::string out;
  for (const Secret& secret : secrets_in(content_type, body)) out.append(secret.reveal()).append("\n");
  return out;
}

TEST_CASE("the secrets of a request are found in JSON and in what a form holds of it") {
  CHECK(carried("application/json", R"({"name":"K","text":"a\nb","type":"secret_text"})") == "a\nb\n");
  CHECK(carried("application/merge-patch+json",
                R"({"secrets":{"K":{"name":"K","text":"one","type":"secret_text"},"L":null}})") == "one\n");
  const JsonObject document{{"bindings", JsonArray{JsonObject{{"name", "K"}, {"type", "secret_text"}, {"text", "two"}},
                                                   JsonObject{{"name", "P"}, {"type", "plain_text"}, {"text", "no"}}}},
                            {"assets", JsonObject{{"jwt", "ey.x.y"}}}};
  // A module is no document of ours, whatever its name.
  const Form upload = write_upload(document, {{"a.json", "application/json", R"({"password":"no"})"}});
  CHECK(carried(upload.content_type, upload.body) == "two\ney.x.y\n");
  const Form patch = write_settings(document);
  CHECK(carried(patch.content_type, patch.body) == "two\ney.x.y\n");
  CHECK(carried("application/json", R"({"type":"secret_key","key_jwk":{"kty":"oct","k":["deep"]}})") == "oct\ndeep\n");
  CHECK(carried("application/json", "{\"type\":\"secret_text\",\"text\":\"M\xfcller\"}") == "M\xfcller\n");
  CHECK(carried("application/javascript", "export default {}").empty());
  CHECK(carried("", "").empty());
}

TEST_CASE("a secret is taken out of a text as it is and as JSON writes it") {
  const auto without = [](std::string_view text, std::initializer_list<std::string_view> values) {
    std::vector<Secret> secrets;
    for (const auto value : values) secrets.emplace_back(value);
    return without_secrets(text, secrets);
  };
  CHECK(without("wrong: hunter2, again hunter2", {"hunter2"}) == "wrong: (redacted), again (redacted)");
  CHECK(without(R"(in {"text":"a\"b\nc"} and a"b)"
                "\nc",
                {"a\"b\nc"}) == R"x(in {"text":"(redacted)"} and (redacted))x");
  CHECK(without("x abcdefgh y", {"abcd", "abcdefgh", "defghi"}) == "x (redacted) y");
  CHECK(without("x abcdef y", {"abcd", "cdef"}) == "x (redacted) y");
  CHECK(without("aaaaaaa", {"aaaa"}) == "(redacted)");
  CHECK(without("a yes", {"yes", "", "a"}) == "a yes");
  CHECK(without("nothing", {"something"}) == "nothing");
}

TEST_CASE("what only looks like a secret is kept") {
  for (const std::string kept : {R"({"type":"plain_text","text":"hello"})", R"({"jwt":null,"buckets":[]})",
                                 R"({"url":"https://example.com/"})", R"("text")", R"([1,null,true])"}) {
    check(kept, kept);
  }
}

}  // namespace
}  // namespace plumbline::api
