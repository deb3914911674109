#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The project's one JSON type. The settings of a Worker are JSON documents under the API's own field names.
namespace plumbline {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

/// Reads one JSON document (RFC 8259). Refused: duplicate keys, numbers outside of double, NaN and infinity, invalid
/// UTF-8, anything behind the document, more than 128 levels.
Result<Json> parse_json(std::string_view text);

/// Compact text; members keep the order in which they were inserted.
std::string to_text(const Json& value);

/// The same for a document that holds secrets. No copy of any part is left in freed memory. The text itself is the
/// caller's to wipe.
std::string to_secret_text(const Json& value);

/// Reads a document that holds secrets. All memory that it passes through is overwritten before it is freed, including
/// that of the result. Use it for texts only: of two equal keys the last one counts, and a fraction may differ in its
/// last digit.
Result<Json> parse_secret_json(std::string_view text);

/// Overwrites every text in `value`, then makes it null.
void wipe(Json& value) noexcept;

/// Compact text with members sorted by key (bytes) at every level. Equal documents give equal bytes: for hashing and
/// comparing.
std::string to_canonical_text(const Json& value);
std::string to_canonical_text(const JsonObject& object);
std::string to_canonical_text(const JsonArray& array);

/// Indented by two spaces, members in the order in which they were inserted, a newline at the end.
std::string to_pretty_text(const Json& value);

/// The member `key`, or nullptr if `value` is not an object or lacks it. Points into `value`.
const Json* member(const Json& value, std::string_view key);
const Json* member(const JsonObject& object, std::string_view key);

/// The member `key` as text; empty if it is missing or not a string. Points into `value`.
std::string_view string_member(const Json& value, std::string_view key);
std::string_view string_member(const JsonObject& object, std::string_view key);

/// The member `key` as a bool; nothing if it is missing or not a bool.
std::optional<bool> bool_member(const Json& value, std::string_view key);
std::optional<bool> bool_member(const JsonObject& object, std::string_view key);

/// Compares by value: neither the order of members nor the width of a number (1, 1u, 1.0) counts.
bool equal(const Json& left, const Json& right);

/// One segment of a JSON pointer (RFC 6901), with `~` and `/` escaped.
std::string pointer_segment(std::string_view key);

/// The segments of a JSON pointer, unescaped. An error if it is neither empty nor begins with a slash, or if a `~` is
/// not followed by 0 or 1.
Result<std::vector<std::string>> split_pointer(std::string_view pointer);

inline std::string_view view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace plumbline
