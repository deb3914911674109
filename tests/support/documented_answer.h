#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/documented_page.h"

namespace plumbline::testing {

/// How an answer compares with what a page shows of it.
struct Comparison {
  std::set<std::string> differences;  ///< Difference::text()
  std::set<std::string> beyond;       ///< places that the page does not show
};

/// Compares every member that a page shows. `*string*`, `*integer*`, `*number*` and `*boolean*` stand for any value of
/// that type, and so does every value at a place of `of_service`. On a page of types the first item of a list stands
/// for all of them, of which there must be one, null for something of which nothing is told, and `{}` for any object.
Comparison compare(const Json& shown, const Json& found, Shows shows, std::span<const std::string> of_service);

/// The value at a pointer; nullptr if there is none.
const Json* at_pointer(const Json& document, std::string_view pointer);

}  // namespace plumbline::testing
