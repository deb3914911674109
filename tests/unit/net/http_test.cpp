#include "net/http.h"

#include <doctest/doctest.h>

namespace plumbline::net {
namespace {

TEST_CASE("header names compare without case and the first of a name counts") {
  Headers headers{{"Content-Type", "text/html"}, {"content-type", "other"}};
  CHECK(headers.get("CONTENT-TYPE") == "text/html");
  CHECK(headers.contains("content-type"));
  CHECK(headers.get("missing").empty());
  CHECK_FALSE(headers.contains("missing"));
}

TEST_CASE("set replaces every field of the name and add appends one") {
  Headers headers{{"A", "1"}, {"a", "2"}, {"B", "3"}};
  headers.set("a", "4");
  CHECK(headers.size() == 2);
  CHECK(headers.get("A") == "4");
  headers.add("A", "5");
  CHECK(headers.size() == 3);
  CHECK(headers.get("A") == "4");
}

TEST_CASE("percent encoding leaves only unreserved characters alone") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("a b/c?d&e=f%+") == "a%20b%2Fc%3Fd%26e%3Df%25%2B");
  CHECK(percent_encode("\xC3\xA9\r\n") == "%C3%A9%0D%0A");
}

TEST_CASE("percent decoding undoes encoding for every byte") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(percent_decode(percent_encode(all)) == all);
  CHECK(percent_decode("%2f%2F") == "//");
}

TEST_CASE("a broken escape is refused") {
  CHECK_FALSE(percent_decode("%"));
  CHECK_FALSE(percent_decode("%1"));
  CHECK_FALSE(percent_decode("a%zz"));
  CHECK_FALSE(percent_decode("a%1g"));
}

TEST_CASE("the path of a target ends at its query") {
  CHECK(path_of("/a/b?c=d?e") == "/a/b");
  CHECK(path_of("/a") == "/a");
}

TEST_CASE("a query parameter is found by its decoded name and comes decoded") {
  CHECK(query_parameter("/x?a=1&b=two%20words", "b") == "two words");
  CHECK(query_parameter("/x?a=1+2", "a") == "1 2");
  CHECK(query_parameter("/x?a=1%2B2", "a") == "1+2");
  CHECK(query_parameter("/x?tag%73=yes", "tags") == "yes");
  CHECK(query_parameter("/x?flag", "flag") == "");
  CHECK(query_parameter("/x?a=", "a") == "");
  CHECK_FALSE(query_parameter("/x?a=1", "b"));
  CHECK_FALSE(query_parameter("/x", "a"));
  CHECK_FALSE(query_parameter("/x?a=%", "a"));
}

}  // namespace
}  // namespace plumbline::net
