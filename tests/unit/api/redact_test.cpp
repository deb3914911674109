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

TEST_CASE("whatever a type of secret of tomorrow holds is redacted, but not what tells which it is") {
  check(
      R"({"bindings":[{"name":"V","type":"secret_vault","value":"v","vault_id":"i","pem":{"k":"x"},"usages":["sign"]}]})",
      R"({"bindings":[{"name":"V","type":"secret_vault","value":#,"vault_id":"i","pem":#,"usages":["sign"]}]})");
  check(R"({"name":"K","text":"v"})", R"({"name":"K","text":#})");
  check(
      R"({"name":"K","algorithm":{"name":"HMAC"},"format":"raw","key_base64":"a","type":"secret_key","usages":["sign"]})",
      R"({"name":"K","algorithm":{"name":"HMAC"},"format":"raw","key_base64":#,"type":"secret_key","usages":["sign"]})");
}

TEST_CASE("who goes on with a session keeps its token, and nothing else") {
  const auto result = redacted(*parse_json(R"({"jwt":"ey.x.y","password":"p"})"), SessionToken::kept);
  CHECK(string_member(result, "jwt") == "ey.x.y");
  CHECK(string_member(result, "password") == kRedacted);
}

TEST_CASE("what only looks like a secret is kept") {
  for (const std::string kept :
       {R"({"type":"plain_text","text":"hello"})", R"({"jwt":null,"buckets":[]})", R"({"url":"https://example.com/"})",
        R"({"name":"S","secret_name":"n","store_id":"i","type":"secrets_store_secret"})", R"("text")",
        R"([1,null,true])"}) {
    check(kept, kept);
  }
}

}  // namespace
}  // namespace plumbline::api
