#include "tests/support/documented_answer.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace plumbline::testing {
namespace {

bool is_whole(const Json& value) {
  return value.is_int64() || value.is_uint64();
}

/// Whether a value is of the type that stands in its place; nothing if no type does.
std::optional<bool> fits_type(const Json& shown, const Json& found) {
  if (!shown.is_string()) return std::nullopt;
  const auto name = view(shown.get_string());
  if (name == "*string*") return found.is_string();
  if (name == "*integer*") return is_whole(found);
  if (name == "*number*") return found.is_number();
  if (name == "*boolean*") return found.is_bool();
  return std::nullopt;
}

class Comparer {
 public:
  Comparer(Shows shows, std::span<const std::string> of_service) : shows_(shows), of_service_(of_service) {}

  void compare(const std::string& at, const Json& shown, const Json& found) {
    if (shows_ == Shows::types && shown.is_null()) return;
    if (const auto fits = fits_type(shown, found)) return check(*fits, at, found);
    if (shown.is_object() && found.is_object()) return compare_objects(at, shown.get_object(), found.get_object());
    if (shown.is_array() && found.is_array()) return compare_arrays(at, shown.get_array(), found.get_array());
    if (is_of_service(at)) return check(shown.kind() == found.kind(), at, found);
    check(equal(shown, found), at, found);
  }

  Comparison take() { return std::move(out_); }

 private:
  [[nodiscard]] bool is_of_service(const std::string& at) const {
    return std::ranges::find(of_service_, at) != of_service_.end();
  }

  void check(bool fits, const std::string& at, const Json& found) {
    if (!fits) out_.differences.insert(Difference{.at = at, .found = found}.text());
  }

  void compare_objects(const std::string& at, const JsonObject& shown, const JsonObject& found) {
    if (shows_ == Shows::types && shown.empty()) return;
    for (const auto& [key, value] : shown) {
      const auto below = at + '/' + pointer_segment(key);
      if (const auto* there = member(found, key)) {
        compare(below, value, *there);
      } else {
        out_.differences.insert(Difference{.at = below, .found = {}}.text());
      }
    }
    for (const auto& [key, value] : found) {
      if (!shown.contains(key)) out_.beyond.insert(at + '/' + pointer_segment(key));
    }
  }

  void compare_arrays(const std::string& at, const JsonArray& shown, const JsonArray& found) {
    const auto below = at + "/*";
    if (shows_ == Shows::types && !shown.empty()) {
      check(!found.empty(), at, found);
      for (const auto& item : found) compare(below, shown.front(), item);
      return;
    }
    if (shown.size() != found.size()) return check(false, at, found);
    for (std::size_t i = 0; i < shown.size(); ++i) compare(below, shown[i], found[i]);
  }

  Shows shows_;
  std::span<const std::string> of_service_;
  Comparison out_;
};

}  // namespace

Comparison compare(const Json& shown, const Json& found, Shows shows, std::span<const std::string> of_service) {
  Comparer comparer(shows, of_service);
  comparer.compare("", shown, found);
  return comparer.take();
}

const Json* at_pointer(const Json& document, std::string_view pointer) {
  boost::system::error_code error;
  return document.find_pointer(pointer, error);
}

}  // namespace plumbline::testing
