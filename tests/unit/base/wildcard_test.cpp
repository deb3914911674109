#include "base/wildcard.h"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.h"

using namespace plumbline;

TEST_SUITE("wildcard") {
  TEST_CASE("a star stands for any characters, also none") {
    CHECK(wildcard_matches("*", ""));
    CHECK(wildcard_matches("*", "a/b"));
    CHECK(wildcard_matches("shop-*", "shop-"));
    CHECK(wildcard_matches("shop-*", "shop-cart"));
    CHECK(wildcard_matches("*-cart", "shop-cart"));
    CHECK(wildcard_matches("s*p-*t", "shop-cart"));
    CHECK(wildcard_matches("a**b", "a/x/b"));
    CHECK(wildcard_matches("**", "a"));
    CHECK_FALSE(wildcard_matches("shop-*", "shop"));
    CHECK_FALSE(wildcard_matches("*-cart", "shop-carts"));
    CHECK_FALSE(wildcard_matches("*.js", "a.mjs.txt"));
  }

  TEST_CASE("without a star only the same text matches") {
    CHECK(wildcard_matches("", ""));
    CHECK(wildcard_matches("shop", "shop"));
    CHECK_FALSE(wildcard_matches("", "a"));
    CHECK_FALSE(wildcard_matches("shop", "shops"));
    CHECK_FALSE(wildcard_matches("shops", "shop"));
    CHECK_FALSE(wildcard_matches("shop", "Shop"));
  }

  TEST_CASE("a star that took too little takes more") {
    CHECK(wildcard_matches("*ab", "aab"));
    CHECK(wildcard_matches("*ab*ab", "abaabab"));
    CHECK(wildcard_matches("*é", "èé"));
    CHECK_FALSE(wildcard_matches("*ab*ab", "aab"));
  }

  TEST_CASE("all else is what it is, unless somebody gives it a meaning") {
    CHECK(wildcard_matches("a?[b]", "a?[b]"));
    CHECK_FALSE(wildcard_matches("a?", "ab"));
    const auto any_but_dot = [](std::string_view& pattern, std::string_view& text) {
      if (!pattern.starts_with('?') || text.starts_with('.')) return cut_equal(pattern, text);
      pattern.remove_prefix(1);
      text.remove_prefix(first_character(text).size());
      return true;
    };
    CHECK(wildcard_matches("a?c", "aéc", any_but_dot));
    CHECK(wildcard_matches("*?.js", "ab.js", any_but_dot));
    CHECK_FALSE(wildcard_matches("a?c", "ac", any_but_dot));
    CHECK_FALSE(wildcard_matches("a?c", "a.c", any_but_dot));
  }

  TEST_CASE("patterns with many stars take no time") {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    CHECK_FALSE(wildcard_matches(pattern + "b", std::string(2000, 'a')));
  }
}
