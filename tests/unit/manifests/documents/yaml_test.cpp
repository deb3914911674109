#include "manifests/documents/yaml.h"

#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::texts;

Json json_of(std::string_view text) {
  const auto documents = parse_yaml("a.yaml", text);
  REQUIRE(documents.size() == 1);
  CHECK(texts(documents.front().diagnostics).empty());
  return to_json(documents.front().root);
}

std::string text_of(std::string_view text) {
  return to_text(json_of(text));
}

std::string errors_of(std::string_view text, YamlLimits limits = {}) {
  std::string out;
  for (const auto& document : parse_yaml("a.yaml", text, limits)) out += texts(document.diagnostics);
  return out;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("plain scalars follow the core schema of YAML 1.2") {
  CHECK(text_of("[no, yes, on, off, y, n]") == R"(["no","yes","on","off","y","n"])");
  CHECK(text_of("[true, True, TRUE, false, tRUE]") == R"([true,true,true,false,"tRUE"])");
  CHECK(text_of("[null, Null, NULL, ~, nULL]") == R"([null,null,null,null,"nULL"])");
  CHECK(text_of("[12, -12, +12, 017, 0o17, 0x1F, 1_000, 0b1]") == R"([12,-12,12,17,15,31,"1_000","0b1"])");
  CHECK(text_of("[1.5, -.5, 1., 1e3, 1e, .e3, 1.2.3]") == R"([1.5,-0.5,1,1000,"1e",".e3","1.2.3"])");
  CHECK(text_of("[2026-10-01, 12:30, 0x, 0o8, +, '.']") == R"(["2026-10-01","12:30","0x","0o8","+","."])");
  CHECK(json_of("18446744073709551615") == Json(18446744073709551615ULL));
}

TEST_CASE("quotes make a text of anything") {
  CHECK(text_of(R"(["12", 'true', "null", ''])") == R"(["12","true","null",""])");
  CHECK(text_of("a: |\n  12\n") == R"({"a":"12\n"})");
}

TEST_CASE("numbers that JSON cannot hold are errors at their place") {
  CHECK(errors_of("a: .inf\nb: [.NaN, 99999999999999999999, 1e999]\n") ==
        "a.yaml:1:4: error: this number is too large or not finite; put it in quotes if it is "
        "meant as a text\n"
        "a.yaml:2:5: error: this number is too large or not finite; put it in quotes if it is "
        "meant as a text\n"
        "a.yaml:2:11: error: this number is too large or not finite; put it in quotes if it is "
        "meant as a text\n"
        "a.yaml:2:33: error: this number is too large or not finite; put it in quotes if it is "
        "meant as a text\n");
}

TEST_CASE("escapes that the parser turns into bytes that are no text are refused, with others for them") {
  const std::string mend = "error: the escapes \\N and \\_ are not accepted; write \\u0085 or \\u00a0\n";
  CHECK(errors_of("a: \"x\\N\"\nb: \"\\_\"\n") == "a.yaml:1:4: " + mend + "a.yaml:2:4: " + mend);
  CHECK(text_of("[\"\\u0085\", \"\\L\"]") == "[\"\u0085\",\"\u2028\"]");
}

TEST_CASE("what a reader cannot see at a glance is refused with its place, all of it in one run") {
  CHECK(errors_of("a: &x 1\nb: *x\n<<: {c: 1}\na: 2\n? [k]\n: 1\nd: !custom 1\ne: !!str 2\n") ==
        "a.yaml:1:4: error: anchors are not accepted; write the value out where it is used\n"
        "a.yaml:2:4: error: aliases are not accepted; write the value out\n"
        "a.yaml:3:1: error: merge keys are not accepted; write the fields out\n"
        "a.yaml:4:1: error: duplicate key \"a\"; each key may occur only once in a map\n"
        "a.yaml:5:3: error: a key must be a text; lists, maps and null cannot be keys\n"
        "a.yaml:7:4: error: tags are not accepted; put the value in quotes if it is meant as a "
        "text\n"
        "a.yaml:8:4: error: tags are not accepted; put the value in quotes if it is meant as a "
        "text\n");
}

TEST_CASE("a quoted << is a key like any other") {
  CHECK(text_of("\"<<\": 1") == R"({"<<":1})");
}

TEST_CASE("a duplicate key keeps its first value") {
  const auto documents = parse_yaml("a.yaml", "a: 1\na: {b: 2}\nc: 3\n");
  CHECK(to_text(to_json(documents.at(0).root)) == R"({"a":1,"c":3})");
}

TEST_CASE("positions count characters from one, also behind other scripts") {
  const auto documents = parse_yaml("a.yaml", "{\"größe\": 1, b: [x,\n  y]}\n");
  const YamlNode& root = documents.at(0).root;
  CHECK(root.find("b")->column == 17);
  CHECK(root.find("b")->items.at(0).column == 18);
  CHECK(root.find("b")->items.at(1).line == 2);
  CHECK(root.find("b")->items.at(1).column == 3);
}

TEST_CASE("an absent value stands where its key stands") {
  const auto documents = parse_yaml("a.yaml", "a:\n\nb: ~\nc: [1, ~]\n");
  const YamlNode& root = documents.at(0).root;
  CHECK(root.find("a")->line == 1);
  CHECK(root.find("a")->column == 1);
  CHECK(root.find("b")->line == 3);
  CHECK(root.find("c")->items.at(1).column == 8);
}

TEST_CASE("a file may hold several documents, each with its own errors") {
  const auto documents = parse_yaml("a.yaml", "a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n...\n");
  REQUIRE(documents.size() == 3);
  CHECK(documents[0].diagnostics.empty());
  CHECK(texts(documents[1].diagnostics) ==
        "a.yaml:4:1: error: duplicate key \"b\"; each key may occur only once in a map\n");
  CHECK(documents[2].root.find("c")->line == 6);
}

TEST_CASE("a document without dashes after another one is an error and not a document") {
  CHECK(errors_of("[a]\n[b]\n") ==
        "a.yaml:2:1: error: this is not valid YAML; the document ended before this; begin another "
        "with ---\n");
  for (const char* stray : {"]", "a: 1\n}", "? ", "- ]", "a: ]", ", ", "[a]]", "{a: 1}}", "%", "@"}) {
    CAPTURE(stray);
    CHECK(parse_yaml("a.yaml", stray).size() <= 2);  // an end, not a stream of empty documents
  }
}

TEST_CASE("broken YAML is an error at its place and keeps what came before") {
  const auto documents = parse_yaml("a.yaml", "kind: Worker\nmetadata: {name: w}\nspec: [a, b\n");
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].cut_short);
  CHECK(documents[0].diagnostics.size() == 1);
  CHECK(documents[0].diagnostics[0].where.line > 2);
  CHECK(documents[0].root.find("metadata")->find("name")->text == "w");
}

TEST_CASE("64 levels are accepted and 65 refused, once, with what stands beside them") {
  CHECK(errors_of(nested(64)).empty());
  CHECK(errors_of(nested(65)) ==
        "a.yaml:1:65: error: more than 64 levels of lists and maps; make the document flatter\n");
  CHECK(errors_of("a: " + nested(300) + "\nb: 1\nb: 2\n") ==
        "a.yaml:1:67: error: more than 64 levels of lists and maps; make the document flatter\n"
        "a.yaml:3:1: error: duplicate key \"b\"; each key may occur only once in a map\n");
  CHECK_FALSE(errors_of(nested(100'000)).empty());
  CHECK_FALSE(errors_of(std::string(100'000, '[')).empty());
}

TEST_CASE("a file that is too large is refused before it is parsed") {
  CHECK(errors_of("a: bcd", {.bytes = 5}) ==
        "a.yaml: error: the file is larger than 5 bytes; split it into several files\n");
  CHECK(errors_of("a: bc", {.bytes = 5}).empty());
}

TEST_CASE("bytes that are no UTF-8 are refused with their place") {
  const auto at = [](std::string_view bytes) { return errors_of("a: 1\nö: " + std::string(bytes) + "\n"); };
  for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\x80"}) {
    CAPTURE(bytes);
    CHECK(at(bytes) == "a.yaml:2:4: error: this byte is not valid UTF-8; save the file as UTF-8\n");
  }
  CHECK(at("\xf0\x9f\x98\x80").empty());
}

TEST_CASE("control characters are refused with their place") {
  CHECK(errors_of("a: \x1b[31m") ==
        "a.yaml:1:4: error: control characters are not accepted; write it as an escape in double "
        "quotes\n");
  CHECK(errors_of(std::string("a: \0b", 5)) ==
        "a.yaml:1:4: error: control characters are not accepted; write it as an escape in double "
        "quotes\n");
}

TEST_CASE("a byte order mark and Windows line ends do not matter") {
  const auto documents = parse_yaml("a.yaml",
                                    "\xEF\xBB\xBF"
                                    "a: 1\r\nb: x\r\n");
  CHECK(to_text(to_json(documents.at(0).root)) == R"({"a":1,"b":"x"})");
  CHECK(documents.at(0).root.find("b")->line == 2);
}

TEST_CASE("an empty file has no documents or an empty one") {
  CHECK(parse_yaml("a.yaml", "").empty());
  CHECK(parse_yaml("a.yaml", "# nothing\n").empty());
}

TEST_CASE("JSON is read with places, escapes and pairs of surrogates") {
  const auto documents =
      parse_yaml("a.json", "{\n\t\"a\":\"\\ud83d\\ude00 \\u00e9 \\/ \\\\ud83d\\\\ude00\",\n\t\"b\":[1,2.5,null,true]}");
  REQUIRE(documents.size() == 1);
  CHECK(texts(documents[0].diagnostics).empty());
  CHECK(documents[0].root.find("a")->text == "\xF0\x9F\x98\x80 \xC3\xA9 / \\ud83d\\ude00");
  CHECK(to_text(to_json(*documents[0].root.find("b"))) == "[1,2.5,null,true]");
  CHECK(documents[0].root.find("b")->line == 3);
}

TEST_CASE("a lone surrogate in JSON is an error") {
  CHECK_FALSE(parse_yaml("a.json", R"({"a":"\ud83d"})").at(0).diagnostics.empty());
}

TEST_CASE("errors of one file are capped") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "- *a\n";
  CHECK(parse_yaml("a.yaml", "- &a 1\n" + text).at(0).diagnostics.size() == 100);
}

}  // namespace plumbline::manifests
