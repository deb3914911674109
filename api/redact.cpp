#include "api/redact.h"

#include <algorithm>
#include <array>

namespace plumbline::api {
namespace {

constexpr std::array<std::string_view, 5> kAlwaysSecret{"jwt", "key_base64", "key_jwk", "password",
                                                        "access_client_secret"};

bool is_secret(const JsonObject& object, std::string_view key, const Json& value) {
  if (value.is_null()) return false;
  if (key == "text") return string_member(object, "type") == "secret_text";
  if (key == "url") return value.is_string() && view(value.get_string()).starts_with("wss://");
  return std::ranges::find(kAlwaysSecret, key) != kAlwaysSecret.end();
}

// As deep as parse_json() lets a document be.
void redact(Json& value) {
  if (value.is_array()) {
    for (Json& item : value.get_array()) redact(item);
  }
  if (!value.is_object()) return;
  JsonObject& object = value.get_object();
  for (auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_secret(object, key, member.value())) {
      member.value() = kRedacted;
    } else {
      redact(member.value());
    }
  }
}

}  // namespace

Json redacted(Json result) {
  redact(result);
  return result;
}

}  // namespace plumbline::api
