#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

#include "base/text.h"

#include "manifests/documents/yaml.h"

// The core schema of YAML 1.2.2, section 10.3.2, and its conversion to JSON.
namespace plumbline::manifests {
namespace {

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

// Removes digits from the front and returns how many there were.
std::size_t take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

enum class NumberForm { none, decimal, octal, hexadecimal, floating, not_finite };

bool is_not_finite(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kInfinities{".inf", ".Inf", ".INF"};
  static constexpr std::array<std::string_view, 3> kNans{".nan", ".NaN", ".NAN"};
  return std::ranges::find(kInfinities, without_sign(text)) != kInfinities.end() ||
         std::ranges::find(kNans, text) != kNans.end();
}

bool is_based_integer(std::string_view text, std::string_view prefix, std::string_view digits) {
  return text.size() > prefix.size() && text.starts_with(prefix) &&
         text.find_first_not_of(digits, prefix.size()) == std::string_view::npos;
}

NumberForm form_of(std::string_view text) {
  if (is_based_integer(text, "0o", "01234567")) return NumberForm::octal;
  if (is_based_integer(text, "0x", "0123456789abcdefABCDEF")) return NumberForm::hexadecimal;
  if (is_not_finite(text)) return NumberForm::not_finite;
  std::string_view rest = without_sign(text);
  const std::size_t whole = take_digits(rest);
  if (rest.empty()) return whole > 0 ? NumberForm::decimal : NumberForm::none;
  std::size_t fraction = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  if (whole + fraction == 0) return NumberForm::none;
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest = without_sign(rest.substr(1));
    if (take_digits(rest) == 0) return NumberForm::none;
  }
  return rest.empty() ? NumberForm::floating : NumberForm::none;
}

template <class T>
std::optional<T> parsed(std::string_view text, auto... base_or_format) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base_or_format...);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Json> integer(std::string_view text, int base) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (const auto value = parsed<std::int64_t>(text, base)) return Json(*value);
  if (const auto value = parsed<std::uint64_t>(text, base)) return Json(*value);
  return std::nullopt;
}

std::optional<Json> floating(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto value = parsed<double>(text, std::chars_format::general);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return Json(*value);
}

// Nothing if JSON cannot hold the number.
std::optional<Json> number(std::string_view text, NumberForm form) {
  switch (form) {
    case NumberForm::decimal:
      return integer(text, 10);
    case NumberForm::octal:
      return integer(text.substr(2), 8);
    case NumberForm::hexadecimal:
      return integer(text.substr(2), 16);
    case NumberForm::floating:
      return floating(text);
    case NumberForm::not_finite:
    case NumberForm::none:
      break;
  }
  return std::nullopt;
}

std::optional<bool> boolean(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

ValueType type_of_scalar(const YamlNode& node) {
  if (!node.plain) return ValueType::string;
  if (boolean(node.text)) return ValueType::boolean;
  switch (form_of(node.text)) {
    case NumberForm::none:
      return ValueType::string;
    case NumberForm::floating:
    case NumberForm::not_finite:
      return ValueType::number;
    default:
      return ValueType::integer;
  }
}

Json scalar_to_json(const YamlNode& node) {
  if (node.plain) {
    if (const auto value = boolean(node.text)) return Json(*value);
    if (auto value = number(node.text, form_of(node.text))) return *std::move(value);
  }
  return Json(node.text);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found =
      std::ranges::find(entries, key, [](const YamlEntry& e) -> const std::string& { return e.key.text; });
  return found == entries.end() ? nullptr : &found->value;
}

const std::string& YamlNode::text_at(std::string_view key) const {
  static const std::string none;
  const YamlNode* value = scalar_at(key);
  return value != nullptr ? value->text : none;
}

const YamlNode* YamlNode::scalar_at(std::string_view key) const {
  const YamlNode* value = find(key);
  return value != nullptr && value->kind == YamlKind::scalar ? value : nullptr;
}

std::vector<std::string> to_texts(const YamlNode* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const YamlNode& item : list->items) out.push_back(item.text);
  return out;
}

std::optional<bool> to_boolean(const YamlNode* node) {
  if (node == nullptr || type_of(*node) != ValueType::boolean) return std::nullopt;
  return to_json(*node).as_bool();
}

bool is_true(const YamlNode* node) {
  return to_boolean(node).value_or(false);
}

ValueType type_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::null:
      return ValueType::null;
    case YamlKind::scalar:
      return type_of_scalar(node);
    case YamlKind::list:
      return ValueType::list;
    case YamlKind::map:
      return ValueType::map;
  }
  return ValueType::null;
}

std::string_view describe(ValueType type) {
  switch (type) {
    case ValueType::null:
      return "nothing";
    case ValueType::boolean:
      return "a boolean";
    case ValueType::integer:
    case ValueType::number:
      return "a number";
    case ValueType::string:
      return "a string";
    case ValueType::list:
      return "a list";
    case ValueType::map:
      return "a map";
  }
  return "nothing";
}

bool is_unrepresentable_number(const YamlNode& node) {
  if (node.kind != YamlKind::scalar || !node.plain) return false;
  const NumberForm form = form_of(node.text);
  return form != NumberForm::none && !number(node.text, form);
}

Json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::null:
      return nullptr;
    case YamlKind::scalar:
      return scalar_to_json(node);
    case YamlKind::list: {
      JsonArray items;
      items.reserve(node.items.size());
      for (const YamlNode& item : node.items) items.push_back(to_json(item));
      return items;
    }
    case YamlKind::map: {
      JsonObject members;
      members.reserve(node.entries.size());
      for (const auto& [key, value] : node.entries) members[key.text] = to_json(value);
      return members;
    }
  }
  return nullptr;
}

}  // namespace plumbline::manifests
