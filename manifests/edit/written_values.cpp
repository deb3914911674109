#include "manifests/edit/written_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "manifests/documents/yaml_writer.h"

namespace plumbline::manifests {
namespace {

// As JSON writes them; TOML wants DEL escaped as well.
std::string in_double_quotes(std::string_view text) {
  return replaced(to_text(Json(text)), "\x7f", "\\u007f");
}

bool fits_single_quotes(std::string_view text, TextSyntax syntax) {
  const bool printable = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  const bool escaped = syntax == TextSyntax::toml && text.contains('\'');
  return printable && !text.contains('\x7f') && !escaped;
}

std::string quoted_text(std::string_view text, TextSyntax syntax, Quotes quotes) {
  if (syntax == TextSyntax::json || syntax == TextSyntax::jsonc) return in_double_quotes(text);
  if (quotes == Quotes::single_quotes && fits_single_quotes(text, syntax)) {
    return "'" + replaced(std::string(text), "'", "''") + "'";
  }
  const bool plain = syntax == TextSyntax::yaml && quotes == Quotes::none;
  return plain ? yaml_text(text) : in_double_quotes(text);
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

// Appends; false: TOML has no null.
bool append_value(std::string& out, const Json& value, TextSyntax syntax, Quotes quotes);

bool append_map(std::string& out, const JsonObject& object, TextSyntax syntax, Quotes quotes) {
  const std::string_view pad = syntax == TextSyntax::toml && !object.empty() ? " " : "";
  out += '{';
  out += pad;
  bool first = true;
  for (const auto& entry : object) {
    if (!first) out += ", ";
    first = false;
    out += key_text(entry.key(), syntax, Quotes::none);
    out += assignment(syntax);
    if (!append_value(out, entry.value(), syntax, quotes)) return false;
  }
  out += pad;
  out += '}';
  return true;
}

bool append_value(std::string& out, const Json& value, TextSyntax syntax, Quotes quotes) {
  if (value.is_null() && syntax == TextSyntax::toml) return false;
  if (const auto* object = value.if_object()) return append_map(out, *object, syntax, quotes);
  if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& item : *array) {
      if (&item != array->data()) out += ", ";
      if (!append_value(out, item, syntax, quotes)) return false;
    }
    out += ']';
    return true;
  }
  if (value.is_string()) {
    out += quoted_text(view(value.get_string()), syntax, quotes);
  } else {
    out += value.is_number() ? number_text(value) : to_text(value);
  }
  return true;
}

}  // namespace

Quotes quotes_at(const TreeText& text, std::size_t at) {
  const auto rest = text.text().substr(std::min(at, text.text().size()));
  if (rest.starts_with('"')) return Quotes::double_quotes;
  return rest.starts_with('\'') ? Quotes::single_quotes : Quotes::none;
}

Result<std::string> inline_text(const Json& value, TextSyntax syntax, Quotes quotes) {
  std::string out;
  if (!append_value(out, value, syntax, quotes)) return fail("TOML has no null");
  return out;
}

std::string key_text(std::string_view key, TextSyntax syntax, Quotes quotes) {
  const bool json = syntax == TextSyntax::json || syntax == TextSyntax::jsonc;
  if (json || quotes == Quotes::double_quotes) return in_double_quotes(key);
  if (quotes == Quotes::single_quotes) return quoted_text(key, syntax, quotes);
  if (syntax == TextSyntax::yaml) return yaml_text(key);
  return is_bare_key(key) ? std::string(key) : in_double_quotes(key);
}

std::string_view assignment(TextSyntax syntax) {
  return syntax == TextSyntax::toml ? " = " : ": ";
}

}  // namespace plumbline::manifests
