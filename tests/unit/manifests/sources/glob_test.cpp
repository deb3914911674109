#include "manifests/sources/glob.h"

#include <doctest/doctest.h>

#include <string>

namespace plumbline::manifests {

TEST_CASE("a star stays inside a name") {
  CHECK(glob_matches("dist/*.js", "dist/a.js"));
  CHECK(glob_matches("*.js", ".js"));
  CHECK(glob_matches("a*b*c", "aXbYbZc"));
  CHECK(glob_matches("*", "a"));
  CHECK_FALSE(glob_matches("dist/*.js", "dist/sub/a.js"));
  CHECK_FALSE(glob_matches("*.js", "a.jsx"));
  CHECK_FALSE(glob_matches("*", "a/b"));
}

TEST_CASE("two stars are any number of names, at the end at least one") {
  CHECK(glob_matches("**/a.js", "a.js"));
  CHECK(glob_matches("**/a.js", "x/y/a.js"));
  CHECK(glob_matches("dist/**", "dist/x/y"));
  CHECK(glob_matches("a/**/b", "a/b"));
  CHECK(glob_matches("a/**/b", "a/x/y/b"));
  CHECK(glob_matches("a/**/b/**/c", "a/b/b/x/c"));
  CHECK(glob_matches("**", "a/b"));
  CHECK_FALSE(glob_matches("dist/**", "dist"));
  CHECK_FALSE(glob_matches("a/**/b", "a/x/c"));
  CHECK_FALSE(glob_matches("**/a", "x/ab"));
}

TEST_CASE("a question mark is one character, of any script") {
  CHECK(glob_matches("a?c", "abc"));
  CHECK(glob_matches("a?c", "aéc"));
  CHECK(glob_matches("?", "\xF0\x9F\x98\x80"));
  CHECK_FALSE(glob_matches("a?c", "ac"));
  CHECK_FALSE(glob_matches("a?b", "a/b"));
}

TEST_CASE("brackets are one of a set") {
  CHECK(glob_matches("[abc].js", "b.js"));
  CHECK(glob_matches("[a-c0-9]", "7"));
  CHECK(glob_matches("[!a-c]", "d"));
  CHECK(glob_matches("[^a-c]", "d"));
  CHECK(glob_matches("[]x]", "]"));
  CHECK(glob_matches("[a-]", "-"));
  CHECK(glob_matches("[à-ü]", "é"));
  CHECK(glob_matches("[\\]]", "]"));
  CHECK_FALSE(glob_matches("[!a-c]", "b"));
  CHECK_FALSE(glob_matches("[abc]", "d"));
  CHECK(glob_matches("[slug", "[slug"));  // no end: a character like any other
}

TEST_CASE("a backslash takes the next character as it is") {
  CHECK(glob_matches("\\*", "*"));
  CHECK(glob_matches("a\\[b", "a[b"));
  CHECK_FALSE(glob_matches("\\*", "a"));
}

TEST_CASE("a pattern made to go back often ends quickly") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  pattern += "b";
  CHECK_FALSE(glob_matches(pattern, std::string(5000, 'a')));
  std::string folders;
  std::string path;
  for (int i = 0; i < 100; ++i) folders += "**/a/";
  for (int i = 0; i < 1000; ++i) path += "a/";
  CHECK_FALSE(glob_matches(folders + "b", path + "c"));
}

}  // namespace plumbline::manifests
