#include "manifests/documents/yaml_bytes.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {
namespace {

bool are_same(const YamlNode& a, const YamlNode& b) {
  bool same = a.kind == b.kind && a.plain == b.plain && a.line == b.line && a.column == b.column && a.text == b.text &&
              a.items.size() == b.items.size() && a.entries.size() == b.entries.size();
  for (std::size_t i = 0; same && i < a.items.size(); ++i) same = are_same(a.items[i], b.items[i]);
  for (std::size_t i = 0; same && i < a.entries.size(); ++i) {
    same = are_same(a.entries[i].key, b.entries[i].key) && are_same(a.entries[i].value, b.entries[i].value);
  }
  return same;
}

YamlNode parsed(const std::string& text) {
  auto documents = parse_yaml("a.yaml", text);
  REQUIRE(documents.size() == 1);
  REQUIRE(documents.front().diagnostics.empty());
  return std::move(documents.front().root);
}

std::string bytes_of(const YamlNode& node) {
  std::string bytes;
  append_yaml(bytes, node);
  return bytes;
}

const std::string kText =
    "a: 1\nb: \"1\"\nc:\n  - x\n  - {d: , e: [], f: {}}\n  - ''\n'g h': |\n  two\n  lines\ni: ~\nj: \"\\u00e9 \\0\"\n";

TEST_CASE("a tree is the same again, with all positions") {
  const std::string deep = std::string(60, '[') + "x" + std::string(60, ']');
  for (const std::string& text :
       {kText, std::string("x"), std::string("~"), std::string("[]"), deep, "k: " + std::string(300, 'v'),
        std::string(200, '\n') + std::string(150, ' ') + "far: away"}) {
    const YamlNode node = parsed(text);
    const std::string bytes = bytes_of(node) + "rest";
    std::string_view left = bytes;
    const auto again = take_yaml(left);
    REQUIRE(again);
    CHECK(are_same(node, *again));
    CHECK(left == "rest");
  }
}

TEST_CASE("a tree that is cut short, or damaged, is none or another one, and never more than its bytes") {
  const std::string bytes = bytes_of(parsed(kText));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view left = std::string_view(bytes).substr(0, size);
    CHECK_FALSE(take_yaml(left));
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned value : {0U, 1U, 7U, 8U, 127U, 128U, 255U}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(value);
      std::string_view left = damaged;
      const auto node = take_yaml(left);
      CHECK((!node || left.size() < damaged.size()));
    }
  }
}

TEST_CASE("a count that no bytes stand behind takes no memory, and depth has an end") {
  std::string bytes;
  bytes += static_cast<char>(YamlKind::list);
  append_number(bytes, 1);
  append_number(bytes, 1);
  std::string huge = bytes;
  append_number(huge, std::numeric_limits<std::uint64_t>::max() / 4);
  std::string_view left = huge;
  CHECK_FALSE(take_yaml(left));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += bytes;
    append_number(deep, 1);
  }
  left = deep;
  CHECK_FALSE(take_yaml(left));
}

TEST_CASE("numbers and texts are the same again, and have an end") {
  for (const std::uint64_t number : {0ULL, 1ULL, 127ULL, 128ULL, 300ULL, 1ULL << 40U, (1ULL << 62U) + 5}) {
    std::string bytes;
    append_number(bytes, number);
    append_text(bytes, "text");
    std::string_view left = bytes;
    CHECK(take_number(left) == number);
    CHECK(take_text(left) == "text");
    CHECK(left.empty());
    CHECK_FALSE(take_number(left));
    CHECK_FALSE(take_text(left));
  }
  const std::string endless(20, '\xFF');
  std::string_view left = endless;
  CHECK_FALSE(take_number(left));
  left =
      "\x05"
      "four";
  CHECK_FALSE(take_text(left));
}

}  // namespace
}  // namespace plumbline::manifests
