#include "api/redact.h"

#include <algorithm>
#include <array>

#include "api/multipart.h"

namespace plumbline::api {
namespace {

constexpr std::string_view kToken = "jwt";

constexpr std::array<std::string_view, 4> kAlwaysSecret{"key_base64", "key_jwk", "password", "access_client_secret"};

// Fields of a secret binding that are not its value.
constexpr std::array<std::string_view, 5> kHarmless{"name", "type", "algorithm", "format", "usages"};

bool is_secret(const JsonObject& object, std::string_view key, const Json& value) {
  if (value.is_null()) return false;
  if (key == "url") return value.is_string() && view(value.get_string()).starts_with("wss://");
  if (key == kToken || std::ranges::find(kAlwaysSecret, key) != kAlwaysSecret.end()) return true;
  const std::string_view type = string_member(object, "type");
  if (type.empty()) return key == "text" && object.contains("name");
  return is_value_of_secret(type, key);
}

// As deep as parse_json() allows a document to be.
void redact(Json& value, SessionToken token) {
  if (value.is_array()) {
    for (Json& item : value.get_array()) redact(item, token);
  }
  if (!value.is_object()) return;
  JsonObject& object = value.get_object();
  for (auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key == kToken && token == SessionToken::kept) continue;
    if (is_secret(object, key, member.value())) {
      wipe(member.value());
      member.value() = kRedacted;
    } else {
      redact(member.value(), token);
    }
  }
}

// Collects every text in a secret value: a key may be an object (JWK).
void collect_texts(const Json& value, std::vector<Secret>& out) {
  if (value.is_string()) out.emplace_back(view(value.get_string()));
  if (value.is_array()) {
    for (const Json& item : value.get_array()) collect_texts(item, out);
  }
  if (value.is_object()) {
    for (const auto& entry : value.get_object()) collect_texts(entry.value(), out);
  }
}

void collect_secrets(const Json& value, std::vector<Secret>& out) {
  if (value.is_array()) {
    for (const Json& item : value.get_array()) collect_secrets(item, out);
  }
  if (!value.is_object()) return;
  for (const auto& entry : value.get_object()) {
    const bool secret = is_secret(value.get_object(), entry.key(), entry.value());
    (secret ? collect_texts : collect_secrets)(entry.value(), out);
  }
}

void collect_secrets_of(std::string_view json, std::vector<Secret>& out) {
  if (const auto document = parse_secret_json(json)) collect_secrets(*document, out);
}

}  // namespace

bool is_value_of_secret(std::string_view binding_type, std::string_view field) {
  if (!binding_type.starts_with("secret_")) return false;
  return std::ranges::find(kHarmless, field) == kHarmless.end() && !field.ends_with("_id") && !field.ends_with("_name");
}

Json redacted(Json result, SessionToken token) {
  redact(result, token);
  return result;
}

std::vector<Secret> secrets_in(const Json& document) {
  std::vector<Secret> secrets;
  collect_secrets(document, secrets);
  return secrets;
}

std::vector<Secret> secrets_in(std::string_view content_type, std::string_view body) {
  std::vector<Secret> secrets;
  auto form = read_form(content_type, body);
  if (!form) {
    collect_secrets_of(body, secrets);
    return secrets;
  }
  for (FormPart& part : *form) {
    if (part.name != "metadata" && part.name != "settings") continue;
    collect_secrets_of(part.bytes, secrets);
    wipe(part.bytes);
  }
  return secrets;
}

}  // namespace plumbline::api
