#include "base/redaction.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"

namespace plumbline {
namespace {

std::vector<Secret> secrets_of(std::initializer_list<std::string_view> values) {
  std::vector<Secret> secrets;
  for (const auto value : values) secrets.emplace_back(value);
  return secrets;
}

std::string without(std::string_view text, std::initializer_list<std::string_view> values) {
  return without_secrets(text, secrets_of(values));
}

std::string to_hex(std::string_view bytes, bool upper) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte);
  }
  return out;
}

std::string percent_encoded(std::string_view bytes, bool all) {
  std::string out;
  for (const char c : bytes) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain && !all ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string url_alphabet(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::string unpadded(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string in_lines(std::string_view text, std::size_t width, std::string_view end) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += width) out.append(text.substr(at, width)).append(end);
  return out;
}

std::string json_escaped(std::string_view text) {
  const std::string quoted = to_text(Json(text));
  return quoted.substr(1, quoted.size() - 2);
}

std::string all_unicode(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
  return out;
}

TEST_CASE("a secret is taken out of a text in every form that it may come back in") {
  using Form = std::function<std::string(const std::string&)>;
  const std::vector<std::pair<std::string, Form>> forms{
      {"plain", [](const auto& value) { return value; }},
      {"JSON", [](const auto& value) { return json_escaped(value); }},
      {"JSON twice", [](const auto& value) { return json_escaped(json_escaped(value)); }},
      {"JSON, all escaped", [](const auto& value) { return all_unicode(value); }},
      {"printable", [](const auto& value) { return printable(value); }},
      {"percent", [](const auto& value) { return percent_encoded(value, false); }},
      {"percent, all", [](const auto& value) { return percent_encoded(value, true); }},
      {"percent, lower",
       [](const auto& value) { return to_lower(percent_encoded("x", true)) + percent_encoded(value, false); }},
      {"percent twice", [](const auto& value) { return percent_encoded(percent_encoded(value, true), false); }},
      {"percent of JSON", [](const auto& value) { return percent_encoded(json_escaped(value), false); }},
      {"base64", [](const auto& value) { return to_base64(value); }},
      {"base64, unpadded", [](const auto& value) { return unpadded(to_base64(value)); }},
      {"base64url", [](const auto& value) { return url_alphabet(to_base64(value)); }},
      {"base64url, unpadded", [](const auto& value) { return unpadded(url_alphabet(to_base64(value))); }},
      {"base64 at 1", [](const auto& value) { return to_base64("u" + value + "y"); }},
      {"base64 at 2", [](const auto& value) { return to_base64("u:" + value); }},
      {"base64 at 3", [](const auto& value) { return to_base64("git" + value + "zz"); }},
      {"base64url at 4", [](const auto& value) { return url_alphabet(to_base64("git:" + value)); }},
      {"base64 in lines", [](const auto& value) { return in_lines(to_base64("user:" + value), 7, "\r\n"); }},
      {"base64 in JSON", [](const auto& value) { return json_escaped(in_lines(to_base64("user:" + value), 7, "\n")); }},
      {"base64, percent", [](const auto& value) { return percent_encoded(to_base64("xx" + value), false); }},
      {"hex", [](const auto& value) { return to_hex(value, false); }},
      {"HEX", [](const auto& value) { return to_hex("user:" + value, true); }},
  };
  const std::vector<std::string> values{"zqCanary7-token",
                                        "zq\"Canary\\7 with/odd\tletters?>>~~~",
                                        "\xC3\xBC\xE2\x82\xAC?>>zq",
                                        "four",
                                        std::string(5000, 'z') + "q",
                                        "a b+c%20d&e"};
  for (const auto& value : values) {
    for (const auto& [name, form] : forms) {
      // \u00XX stands for a letter and not for a byte.
      const bool is_ascii = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      if (!is_ascii && name.contains("all escaped")) continue;
      CAPTURE(name);
      CAPTURE(value);
      const auto shown = form(value);
      const auto text = "ERR access with <" + shown + "> is refused";
      const auto out = without_secrets(text, secrets_of({value}));
      CHECK_FALSE(out.contains(shown.substr(shown.size() / 3, std::min<std::size_t>(shown.size() / 3, 12))));
      CHECK(out.starts_with("ERR access with <"));
      CHECK(out.ends_with("> is refused"));
      CHECK(out.contains("(redacted)"));
    }
  }
}

TEST_CASE("a space in a form is a plus") {
  CHECK(without("q=two+words&x=1", {"two words"}) == "q=(redacted)&x=1");
  CHECK(without("q=two%20words", {"two words"}) == "q=(redacted)");
}

TEST_CASE("a pair of surrogates is one letter") {
  CHECK(without(R"(is \uD83D\uDE00xyz.)", {"\xF0\x9F\x98\x80xyz"}) == "is (redacted).");
  CHECK(without(R"(is \ud83d\ude00xyz, \uD83Dxyz, \uZZZZ and \)", {"\xF0\x9F\x98\x80xyz"}) ==
        R"(is (redacted), \uD83Dxyz, \uZZZZ and \)");
}

TEST_CASE("the lines of a key are taken out one by one, its frame is not") {
  const std::string key =
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\r\nAbCdEfGhIjKlMnOpQrStUv\nshort\n-----END PRIVATE "
      "KEY-----\n";
  CHECK(without("line 2: AbCdEfGhIjKlMnOpQrStUv of -----BEGIN PRIVATE KEY-----", {key}) ==
        "line 2: (redacted) of -----BEGIN PRIVATE KEY-----");
  CHECK(without("line 1: MC4CAQAwBQYDK2VwBCIEIJ", {key}) == "line 1: (redacted)");
  CHECK(without("short", {key}) == "short");
}

TEST_CASE("values overlap, and short ones stay") {
  CHECK(without("wrong: hunter2, again hunter2", {"hunter2"}) == "wrong: (redacted), again (redacted)");
  CHECK(without("x abcdefgh y", {"abcd", "abcdefgh", "defghi"}) == "x (redacted) y");
  CHECK(without("x abcdef y", {"abcd", "cdef"}) == "x (redacted) y");
  CHECK(without("aaaaaaa", {"aaaa"}) == "(redacted)");
  CHECK(without("a yes", {"yes", "", "a"}) == "a yes");
  CHECK(without("nothing", {"something"}) == "nothing");
  CHECK(without("", {"something"}).empty());
}

TEST_CASE("a text is cut behind a secret and never within one") {
  const std::string value = "zqCanary7-of-some-length";
  for (std::size_t before = 0; before < 60; ++before) {
    for (const auto& shown : {value, to_base64("u:" + value), percent_encoded(value, true)}) {
      std::string text(before, '.');
      text.append(shown).append(5000, 'x').append(shown);
      const auto out = without_secrets(text, secrets_of({value}), 40);
      CAPTURE(before);
      CHECK_FALSE(out.contains("zqC"));
      CHECK_FALSE(out.contains(shown.substr(0, 4)));
      CHECK(out.size() <= 60);
    }
  }
  CHECK(without_secrets("abcdef", {}, 3) == "abc");
}

TEST_CASE("a text that repeats a secret without an end is no work without an end") {
  std::vector<Secret> secrets;
  secrets.reserve(66);
  for (int i = 0; i < 64; ++i) secrets.emplace_back(std::string(200, 'A') + std::to_string(i));
  secrets.emplace_back("AAAAAAAA");
  secrets.emplace_back(std::string(8, '\0'));
  std::string text;
  text.resize(10'000'000, 'A');
  const auto begun = std::chrono::steady_clock::now();
  CHECK(without_secrets(text, secrets, 2000) == "(redacted)");
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
}

}  // namespace
}  // namespace plumbline
