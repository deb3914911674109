#include "api/redact.h"

#include <algorithm>
#include <array>

#include "api/multipart.h"

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

// Every text in a value that is secret: a key may be an object (JWK).
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

Secret escaped(const Secret& value) {
  Json document(value.reveal());
  std::string quoted = to_secret_text(document);
  Secret inner(std::string_view(quoted).substr(1, quoted.size() - 2));
  wipe(quoted);
  wipe(document);
  return inner;
}

// Marks the bytes of `text` in which `value` stands.
void mark(std::string_view text, std::string_view value, std::vector<bool>& hidden) {
  std::size_t end = 0;
  for (auto at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1)) {
    for (end = std::max(end, at); end < at + value.size(); ++end) hidden[end] = true;
  }
}

}  // namespace

Json redacted(Json result) {
  redact(result);
  return result;
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

std::string without_secrets(std::string_view text, const std::vector<Secret>& secrets) {
  constexpr std::size_t kShortest = 4;
  // Values may overlap, or one be a part of another.
  std::vector<bool> hidden(text.size());
  for (const Secret& secret : secrets) {
    if (secret.reveal().size() < kShortest) continue;
    mark(text, secret.reveal(), hidden);
    mark(text, escaped(secret).reveal(), hidden);
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) {
      out += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      out += kRedacted;
    }
  }
  return out;
}

}  // namespace plumbline::api
