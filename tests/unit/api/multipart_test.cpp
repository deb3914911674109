#include "api/multipart.h"

#include <doctest/doctest.h>

#include <random>

namespace plumbline::api {
namespace {

std::string boundary_of(const Form& form) {
  return form.content_type.substr(form.content_type.find('=') + 1);
}

TEST_CASE("an upload has the metadata first and modules by their file name, byte for byte") {
  const Form form = write_upload(JsonObject{{"main_module", "index.js"}},
                                 {{"index.js", "application/javascript+module", "export default {}"},
                                  {"lib/a.wasm", "application/wasm", std::string("\0asm", 4)}});
  const std::string boundary = boundary_of(form);
  CHECK(form.content_type == "multipart/form-data; boundary=" + boundary);
  CHECK(form.body == "--" + boundary +
                         "\r\nContent-Disposition: form-data; name=\"metadata\"\r\nContent-Type: application/json\r\n"
                         "\r\n{\"main_module\":\"index.js\"}\r\n--" +
                         boundary +
                         "\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n"
                         "Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n--" +
                         boundary +
                         "\r\nContent-Disposition: form-data; name=\"lib/a.wasm\"; filename=\"lib/a.wasm\"\r\n"
                         "Content-Type: application/wasm\r\n\r\n" +
                         std::string("\0asm", 4) + "\r\n--" + boundary + "--\r\n");
}

TEST_CASE("equal content gives equal bytes and other content another boundary") {
  const std::vector<FormPart> one{{"a", std::nullopt, "", "x"}};
  const std::vector<FormPart> two{{"a", std::nullopt, "", "y"}};
  CHECK(write_form(one).body == write_form(one).body);
  CHECK(boundary_of(write_form(one)) != boundary_of(write_form(two)));
  CHECK(boundary_of(write_form(one)).size() <= 70);
}

TEST_CASE("quotes and line breaks in names are escaped and nothing else") {
  const std::vector<FormPart> parts{{"a\"b\r\nc%22", "x\\y \xC3\xA9.js", "text/plain", "v"}};
  const Form form = write_form(parts);
  CHECK(form.body.contains("name=\"a%22b%0D%0Ac%22\"; filename=\"x\\y \xC3\xA9.js\"\r\n"));
}

TEST_CASE("what was written is read back") {
  const std::vector<FormPart> parts{
      {"metadata", std::nullopt, "application/json", "{}"},
      {"a\"b", "a\"b", "text/plain", "line\r\n--not a boundary\r\n\r\n"},
      {"empty", "empty", "application/octet-stream", ""},
      {"percent%41", "percent%41", "", "\r\n"},
  };
  const Form form = write_form(parts);
  const auto read = read_form(form.content_type, form.body);
  REQUIRE(read);
  REQUIRE(read->size() == parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CAPTURE(i);
    CHECK((*read)[i].name == parts[i].name);
    CHECK((*read)[i].filename == parts[i].filename);
    CHECK((*read)[i].content_type == parts[i].content_type);
    CHECK((*read)[i].bytes == parts[i].bytes);
  }
}

TEST_CASE("random forms survive writing and reading") {
  std::mt19937_64 random(7);
  const std::string alphabet("-\r\n\"ab%\\; =\0", 12);
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t left = random() % most; left > 0; --left) out += alphabet[random() % alphabet.size()];
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<FormPart> parts;
    for (std::size_t left = 1 + random() % 4; left > 0; --left) {
      // A backslash before a quote means two things to two kinds of writers; ours escapes the quote.
      parts.push_back({"n" + std::to_string(random()), std::nullopt, "text/plain", text(60)});
    }
    const Form form = write_form(parts);
    const auto read = read_form(form.content_type, form.body);
    REQUIRE(read);
    REQUIRE(read->size() == parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) CHECK((*read)[i].bytes == parts[i].bytes);
  }
}

TEST_CASE("forms of other writers are read") {
  // A preamble, an epilogue, white space behind boundaries, quoted pairs, a quoted boundary.
  const auto read =
      read_form("Multipart/Form-Data; charset=x; boundary=\"b b\"",
                "preamble\r\n--b b \t\r\ncontent-disposition: form-data; filename=\"a\\\"b.js\"; name=x\r\n"
                "X-Other: 1\r\ncontent-type:  text/plain\r\n\r\nbody\r\n--b b--\r\nepilogue");
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK(read->front().name == "x");
  CHECK(read->front().filename == "a\"b.js");
  CHECK(read->front().content_type == "text/plain");
  CHECK(read->front().bytes == "body");
}

TEST_CASE("a form without parts is empty") {
  const auto read = read_form("multipart/form-data; boundary=b", "--b--\r\n");
  REQUIRE(read);
  CHECK(read->empty());
}

TEST_CASE("broken forms are refused") {
  const std::string type = "multipart/form-data; boundary=b";
  const std::string part = "Content-Disposition: form-data; name=\"a\"\r\n\r\nx";
  CHECK(read_form(type, "--b\r\n" + part + "\r\n--b--"));
  for (const std::string& bad_type :
       {std::string("application/json; boundary=b"), std::string("multipart/form-data"),
        std::string("multipart/form-data; boundary="), std::string("multipart/form-data; boundary=\"b"),
        "multipart/form-data; boundary=" + std::string(71, 'b')}) {
    CAPTURE(bad_type);
    CHECK_FALSE(read_form(bad_type, "--b\r\n" + part + "\r\n--b--"));
  }
  for (const std::string& bad : {std::string(), std::string("nothing"), "--b\r\n" + part, "--b\r\n" + part + "\r\n--b",
                                 "--b\r\n" + part + "\r\n--b\r\n", std::string("--b\r\nno header\r\n--b--"),
                                 std::string("--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--"),
                                 std::string("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
                                 std::string("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--"),
                                 std::string("--b\r\n\r\nx\r\n--b--"), "--bb\r\n" + part + "\r\n--b--",
                                 "--b\r\nX: " + std::string(20'000, 'x') + "\r\n" + part + "\r\n--b--"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_form(type, bad));
  }
}

TEST_CASE("every prefix of a form is refused rather than read as a shorter one") {
  const std::vector<FormPart> parts{{"a", "a", "text/plain", "first"}, {"b", "b", "text/plain", "second"}};
  const Form form = write_form(parts);
  // The last four bytes are the dashes and line end behind the closing boundary.
  for (std::size_t size = 0; size < form.body.size() - 4; ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_form(form.content_type, form.body.substr(0, size)));
  }
}

}  // namespace
}  // namespace plumbline::api
