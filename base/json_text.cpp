#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/secret.h"

// JSON as text.
namespace plumbline {
namespace {

std::vector<const JsonObject::value_type*> sorted_members(const JsonObject& object) {
  std::vector<const JsonObject::value_type*> members;
  members.reserve(object.size());
  for (const auto& entry : object) members.push_back(&entry);
  std::ranges::sort(members, {}, [](const auto* entry) { return std::string_view(entry->key()); });
  return members;
}

// Most texts have nothing to escape: what UTF-8 needs for a character is written as it is.
bool is_plain(std::string_view text) {
  constexpr unsigned char kDelete = 0x7f;
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == '"' || byte == '\\' || byte == kDelete;
  });
}

void append_quoted(std::string_view text, std::string& out) {
  if (is_plain(text)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  std::string escaped = boost::json::serialize(boost::json::string_view(text.data(), text.size()));
  out += escaped;
  wipe(escaped);
}

// A double that is whole is written as an integer, so that 1.0 and 1 hash alike. Boost.JSON would write 0.25 as
// 2.5E-1, which is no sight for a person.
void append_double(double number, std::string& out) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(number) == number && std::abs(number) < kExact) {
    out += std::to_string(static_cast<std::int64_t>(number));
  } else {
    out += fmt::format("{}", number);
  }
}

// Brackets are all that is written of an array or an object.
void append_scalar(const Json& value, std::string& out) {
  switch (value.kind()) {
    case boost::json::kind::string:
      return append_quoted(view(value.get_string()), out);
    case boost::json::kind::double_:
      return append_double(value.get_double(), out);
    case boost::json::kind::int64:
      out += fmt::format_int(value.get_int64()).c_str();
      return;
    case boost::json::kind::uint64:
      out += fmt::format_int(value.get_uint64()).c_str();
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::array:
      out += "[]";
      return;
    case boost::json::kind::object:
      out += "{}";
      return;
  }
}

void append_key(std::string_view key, std::string& out) {
  append_quoted(key, out);
  out += ':';
}

// Writes the items between the brackets, with commas.
template <class Items, class Append>
void append_items(std::string_view brackets, const Items& items, std::string& out, const Append& append) {
  out += brackets.front();
  bool first = true;
  for (const auto& item : items) {
    if (!std::exchange(first, false)) out += ',';
    append(item);
  }
  out += brackets.back();
}

// An upper bound of a text's length: every byte may become \u00XX.
std::size_t most_bytes(const Json& value) {
  constexpr std::size_t kEscape = 6;
  constexpr std::size_t kScalar = 32;
  if (const auto* text = value.if_string()) return kEscape * text->size() + kScalar;
  std::size_t sum = kScalar;
  if (const auto* array = value.if_array()) {
    for (const Json& item : *array) sum += most_bytes(item) + 1;
  } else if (const auto* object = value.if_object()) {
    for (const auto& entry : *object) sum += kEscape * entry.key().size() + most_bytes(entry.value()) + kScalar;
  }
  return sum;
}

enum class KeyOrder { as_it_stands, sorted };

void append_compact(const Json& value, KeyOrder order, std::string& out);

void append_compact(const JsonArray& array, KeyOrder order, std::string& out) {
  append_items("[]", array, out, [&](const Json& item) { append_compact(item, order, out); });
}

void append_compact(const JsonObject& object, KeyOrder order, std::string& out) {
  const auto append_member = [&](const JsonObject::value_type& entry) {
    append_key(entry.key(), out);
    append_compact(entry.value(), order, out);
  };
  if (order == KeyOrder::sorted) {
    append_items("{}", sorted_members(object), out, [&](const auto* entry) { append_member(*entry); });
  } else {
    append_items("{}", object, out, append_member);
  }
}

void append_compact(const Json& value, KeyOrder order, std::string& out) {
  if (const auto* array = value.if_array()) {
    append_compact(*array, order, out);
  } else if (const auto* object = value.if_object()) {
    append_compact(*object, order, out);
  } else {
    append_scalar(value, out);
  }
}

void append_pretty(const Json& value, std::size_t indent, std::string& out) {
  const auto line = [&](std::size_t depth) { out.append(1, '\n').append(2 * depth, ' '); };
  if (const auto* object = value.if_object(); object && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& entry : *object) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      append_key(entry.key(), out);
      out += ' ';
      append_pretty(entry.value(), indent + 1, out);
    }
    line(indent);
    out += '}';
  } else if (const auto* array = value.if_array(); array && !array->empty()) {
    out += '[';
    bool first = true;
    for (const auto& item : *array) {
      if (!std::exchange(first, false)) out += ',';
      line(indent + 1);
      append_pretty(item, indent + 1, out);
    }
    line(indent);
    out += ']';
  } else {
    append_scalar(value, out);
  }
}

}  // namespace

std::string to_text(const Json& value) {
  std::string out;
  append_compact(value, KeyOrder::as_it_stands, out);
  return out;
}

std::string to_secret_text(const Json& value) {
  std::string out;
  // A text that grows leaves its earlier copy in freed memory.
  out.reserve(most_bytes(value));
  append_compact(value, KeyOrder::as_it_stands, out);
  return out;
}

std::string to_canonical_text(const Json& value) {
  std::string out;
  append_compact(value, KeyOrder::sorted, out);
  return out;
}

std::string to_canonical_text(const JsonObject& object) {
  std::string out;
  append_compact(object, KeyOrder::sorted, out);
  return out;
}

std::string to_canonical_text(const JsonArray& array) {
  std::string out;
  append_compact(array, KeyOrder::sorted, out);
  return out;
}

std::string to_pretty_text(const Json& value) {
  std::string out;
  append_pretty(value, 0, out);
  out += '\n';
  return out;
}

}  // namespace plumbline
