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

/// The project's one JSON type. Settings of a Worker are documents of it, under the API's own field
/// names.
namespace plumbline {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

/// Reads one JSON document (RFC 8259). Refused: duplicate keys, numbers outside of double, NaN and
/// infinity, invalid UTF-8, anything behind the document, more than 128 levels.
Result<Json> parse_json(std::string_view text);

/// Compact, members in the order in which they were inserted.
std::string to_text(const Json& value);

/// The same for a document that holds secrets: no copy of a piece of it is left in freed memory, but for the text
/// itself, which is the caller's to wipe.
std::string to_secret_text(const Json& value);

/// Reads such a document: all memory that it passes through is overwritten before it is given back, that of the result
/// too. Meant for its texts: of two equal keys the last one counts, and a fraction may differ in its last digit.
Result<Json> parse_secret_json(std::string_view text);

/// Overwrites every text in `value` and makes it null.
void wipe(Json& value) noexcept;

/// Compact, members sorted by key (bytes) at every level: equal documents are equal bytes. For
/// hashing and comparing.
std::string to_canonical_text(const Json& value);

/// Indented by two spaces, members in the order in which they were inserted, a newline at the end.
std::string to_pretty_text(const Json& value);

/// The member `key`, or nullptr if `value` is not an object or has no such member.
const Json* member(const Json& value, std::string_view key);
const Json* member(const JsonObject& object, std::string_view key);

/// The member `key` as text; empty if it is missing or no string.
std::string_view string_member(const Json& value, std::string_view key);
std::string_view string_member(const JsonObject& object, std::string_view key);

/// The member `key` as a bool; nothing if it is missing or no bool.
std::optional<bool> bool_member(const Json& value, std::string_view key);

/// Equality by value: the order of members and the width of a number (1, 1u, 1.0) do not count.
bool equal(const Json& left, const Json& right);

/// One segment of a JSON pointer (RFC 6901), escaped.
std::string pointer_segment(std::string_view key);

/// The segments of a JSON pointer, unescaped; an error if it is neither empty nor begins with a
/// slash.
Result<std::vector<std::string>> split_pointer(std::string_view pointer);

inline std::string_view view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace plumbline
