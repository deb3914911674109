#include "base/secret_text.h"

#include <doctest/doctest.h>

namespace plumbline {
namespace {

std::string read(std::string text, SecretLines lines) {
  const auto secret = secret_from_text(std::move(text), lines);
  return secret ? std::string(secret->reveal()) : "error: " + secret.error().message;
}

TEST_CASE("one end of a line is no part of a secret, whatever system wrote it") {
  for (const auto lines : {SecretLines::one, SecretLines::many}) {
    CHECK(read("t0ken", lines) == "t0ken");
    CHECK(read("t0ken\n", lines) == "t0ken");
    CHECK(read("t0ken\r\n", lines) == "t0ken");
    CHECK(read("t0ken\r", lines) == "t0ken");
    CHECK(read(" t0ken ", lines) == " t0ken ");
    CHECK(read("t0ken \r\n", lines) == "t0ken ");
  }
}

TEST_CASE("inner ends of lines stay in a value of many lines") {
  CHECK(read("one\ntwo\n", SecretLines::many) == "one\ntwo");
  CHECK(read("one\r\ntwo\r\n", SecretLines::many) == "one\r\ntwo");
  CHECK(read("one\n\n", SecretLines::many) == "one\n");
  CHECK(read("one\r\n\r\n", SecretLines::many) == "one\r\n");
  CHECK(read("one\n\r", SecretLines::many) == "one\n");
  CHECK(read("\t\x01", SecretLines::many) == "\t\x01");
  CHECK(read("M\xC3\xBCller", SecretLines::many) == "M\xC3\xBCller");
}

TEST_CASE("a second line is an error where one is wanted, and is not told") {
  for (const std::string text :
       {"zqone\nzqtwo", "zqone\r\nzqtwo\r\n", "zqone\n\n", "\nzqone", "zqone\n\r", "zqone\rzqtwo"}) {
    CAPTURE(text);
    CHECK(read(text, SecretLines::one) == "error: holds more than one line; it must be a single line");
  }
  CHECK(read("zqone\ttwo", SecretLines::one) == "error: holds a control character");
  CHECK(read(std::string("zqone\0two", 9), SecretLines::one) == "error: holds a control character");
}

TEST_CASE("what is empty, marked or no text is an error") {
  for (const auto lines : {SecretLines::one, SecretLines::many, SecretLines::whole}) {
    CHECK(read("", lines) == "error: is empty");
    CHECK(read("\xEF\xBB\xBFt0ken", lines) == "error: begins with a byte order mark; save it as UTF-8 without one");
  }
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    CHECK(read(end, SecretLines::one) == "error: is empty");
    CHECK(read(end, SecretLines::many) == "error: is empty");
  }
  CHECK(read(" \n", SecretLines::one) == "error: is empty");
  CHECK(read(std::string("zq\0x", 4), SecretLines::many) ==
        "error: holds a NUL character; if it is not text, encode it, for instance as base64");
  CHECK(read("zq\xFF", SecretLines::many) ==
        "error: is not UTF-8; if it is not text, encode it, for instance as base64");
}

TEST_CASE("a document is taken whole") {
  CHECK(read("-----BEGIN\nkey\n-----END\n", SecretLines::whole) == "-----BEGIN\nkey\n-----END\n");
  CHECK(read("a\tb\r\n", SecretLines::whole) == "a\tb\r\n");
  CHECK(read(std::string("a\0b", 3), SecretLines::whole) == "error: holds a control character");
}

}  // namespace
}  // namespace plumbline
