#include "manifests/documents/yaml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether YAML reads `text` without quotes as exactly this text. The rule is narrower than YAML's own rules, which no
// reader knows by heart.
bool is_plain(std::string_view text) {
  static constexpr std::string_view kInside = "_./$@+ -";
  const auto fits = [](char c) { return is_letter_or_digit(c) || kInside.contains(c); };
  if (text.empty() || !std::ranges::all_of(text, fits) || text.ends_with(' ')) return false;
  if (!is_letter_or_digit(text.front()) && !std::string_view("_./$").contains(text.front())) return false;
  // The parser makes these null before type_of() sees them.
  if (text == "null" || text == "Null" || text == "NULL") return false;
  return type_of({.kind = YamlKind::scalar, .text = std::string(text)}) == ValueType::string;
}

std::string scalar_text(const Json& value) {
  if (value.is_string()) return yaml_text(view(value.get_string()));
  return value.is_number() ? number_text(value) : to_text(value);
}

class Writer {
 public:
  // `indent` is the indentation of a map or list that begins here.
  void write(const Json& value, std::size_t indent) {
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) return map(*object, indent);
    if (const auto* array = value.if_array(); array != nullptr && !array->empty()) return list(*array, indent);
    out_ += scalar_text(value);
    out_ += '\n';
  }

  std::string take() { return std::move(out_); }

 private:
  static bool spans_lines(const Json& value) {
    return (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
  }

  void map(const JsonObject& object, std::size_t indent) {
    bool first = true;
    for (const auto& [key, value] : object) {
      // The first item follows the dash of a list, or starts a line that has been indented already.
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += yaml_text(key);
      out_ += ':';
      if (spans_lines(value)) {
        out_ += '\n';
        out_.append(indent + kStep, ' ');
        write(value, indent + kStep);
      } else {
        out_ += ' ';
        write(value, 0);
      }
    }
  }

  void list(const JsonArray& array, std::size_t indent) {
    bool first = true;
    for (const Json& item : array) {
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += "- ";
      write(item, indent + kStep);
    }
  }

  static constexpr std::size_t kStep = 2;

  std::string out_;
};

}  // namespace

std::string yaml_text(std::string_view text) {
  // Texts in quotes are written as in JSON, which YAML 1.2 accepts.
  return is_plain(text) ? std::string(text) : to_text(Json(text));
}

std::string number_text(const Json& number) {
  return number.is_double() ? fmt::format("{}", number.get_double()) : to_text(number);
}

std::string to_yaml(const Json& value) {
  Writer writer;
  writer.write(value, 0);
  return writer.take();
}

}  // namespace plumbline::manifests
