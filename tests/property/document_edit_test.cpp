// Values that change in place: documents of every syntax, written in every manner, with comments everywhere.

#include "manifests/edit/document_edit.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "manifests/documents/yaml_writer.h"
#include "manifests/edit/text_syntax.h"
#include "tests/property/share.h"

using namespace plumbline;
using namespace plumbline::manifests;
using plumbline::property::cases;

namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

Json any_scalar(Dice& dice, TextSyntax syntax) {
  static constexpr std::array<std::string_view, 14> kTexts{
      "hello", "",     "two words", "2026-10-01", "true",        "0x1f",       "a: b",
      "# no",  "it's", "\"q\"",     "größe",      "*/5 * * * *", "line\nline", "null"};
  switch (dice.below(5)) {
    case 0:
      return static_cast<std::int64_t>(dice.below(1000)) - 500;
    case 1:
      return dice.one_in(2);
    case 2:
      return syntax == TextSyntax::toml ? Json(0.25) : Json(nullptr);
    default:
      return Json(kTexts.at(dice.below(kTexts.size())));
  }
}

std::string any_key(Dice& dice) {
  static constexpr std::array<std::string_view, 10> kKeys{"a",    "b",     "name", "logs", "with space",
                                                          "it's", "größe", "x-y",  "_",    "1"};
  return std::string(kKeys.at(dice.below(kKeys.size())));
}

Json any_value(Dice& dice, TextSyntax syntax, int depth) {
  const auto form = dice.below(depth > 0 ? 6 : 4);
  if (form == 4) {
    JsonArray out;
    for (auto i = dice.below(4); i > 0; --i) out.push_back(any_value(dice, syntax, depth - 1));
    return out;
  }
  if (form == 5) {
    JsonObject out;
    for (auto i = dice.below(4); i > 0; --i) out[any_key(dice)] = any_value(dice, syntax, depth - 1);
    return out;
  }
  return any_scalar(dice, syntax);
}

JsonObject any_document(Dice& dice, TextSyntax syntax) {
  JsonObject out;
  for (auto i = 1 + dice.below(4); i > 0; --i) out[any_key(dice)] = any_value(dice, syntax, 3);
  return out;
}

// Another document near it.
void mutate(Json& value, Dice& dice, TextSyntax syntax) {
  if (auto* object = value.if_object(); object != nullptr && !object->empty() && !dice.one_in(8)) {
    const auto at = static_cast<std::ptrdiff_t>(dice.below(object->size()));
    const std::string key(std::next(object->begin(), at)->key());
    if (dice.one_in(5)) {
      object->erase(key);
    } else if (dice.one_in(4)) {
      (*object)[any_key(dice)] = any_value(dice, syntax, 2);
    } else {
      mutate((*object)[key], dice, syntax);
    }
    return;
  }
  if (auto* array = value.if_array(); array != nullptr && !array->empty() && !dice.one_in(8)) {
    auto* const at = array->begin() + dice.below(array->size());
    if (dice.one_in(4)) {
      array->erase(at);
    } else if (dice.one_in(3)) {
      array->insert(at, any_value(dice, syntax, 2));
    } else {
      mutate(*at, dice, syntax);
    }
    return;
  }
  value = any_value(dice, syntax, 2);
}

// Writes a document in one of the many manners that people have.
class Writer {
 public:
  Writer(Dice& dice, TextSyntax syntax) : dice_(dice), syntax_(syntax) {}

  std::string write(const JsonObject& document) {
    if (syntax_ == TextSyntax::toml) {
      toml(document);
    } else if (syntax_ == TextSyntax::yaml) {
      out_ += "# head\n";
      block(document, 0);
    } else {
      flow(document, 0);
      out_ += "\n";
    }
    return dice_.one_in(4) ? replaced(out_, "\n", "\r\n") : out_;
  }

 private:
  std::string comment() {
    if (syntax_ == TextSyntax::json || !dice_.one_in(3)) return {};
    const auto* begin = syntax_ == TextSyntax::jsonc ? "//" : "#";
    return fmt::format(" {} {}", begin, ++comments_);
  }

  std::string text(std::string_view value) {
    if (syntax_ == TextSyntax::yaml && dice_.one_in(2)) return yaml_text(value);
    const bool single = (syntax_ == TextSyntax::yaml || syntax_ == TextSyntax::toml) && dice_.one_in(2) &&
                        !value.contains('\n') && !value.contains('\'');
    return single ? "'" + std::string(value) + "'" : to_text(Json(value));
  }

  std::string scalar(const Json& value) {
    if (value.is_string()) return text(view(value.get_string()));
    return value.is_number() ? number_text(value) : to_text(value);
  }

  std::string key(std::string_view name) {
    const bool bare = std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
    return bare && syntax_ != TextSyntax::json && syntax_ != TextSyntax::jsonc ? std::string(name)
                                                                               : to_text(Json(name));
  }

  void flow(const Json& value, std::size_t indent) {
    const auto* object = value.if_object();
    const auto* array = value.if_array();
    if (object == nullptr && array == nullptr) {
      out_ += scalar(value);
      return;
    }
    const bool lines = dice_.one_in(2) && (syntax_ != TextSyntax::toml || array != nullptr);
    const bool trailing = lines && syntax_ != TextSyntax::json && dice_.one_in(2);
    const auto count = object != nullptr ? object->size() : array->size();
    out_ += object != nullptr ? '{' : '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (lines) out_ += "\n" + std::string(indent + 2, ' ');
      if (object != nullptr) {
        const auto* entry = std::next(object->begin(), static_cast<std::ptrdiff_t>(i));
        out_ += key(entry->key()) + (syntax_ == TextSyntax::toml ? " = " : ": ");
        flow(entry->value(), indent + 2);
      } else {
        flow((*array)[i], indent + 2);
      }
      const bool last = i + 1 == count;
      if (!last || trailing) out_ += ",";
      if (lines) out_ += comment();
      if (!last && !lines) out_ += " ";
    }
    if (lines && count > 0) out_ += "\n" + std::string(indent, ' ');
    out_ += object != nullptr ? '}' : ']';
  }

  static bool is_empty(const Json& value) {
    return (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
  }

  // Behind a key or a dash. `indent`: of what stands in lines below it.
  void below(const Json& value, std::size_t indent, bool of_dash) {
    const bool block_form = (value.is_object() || value.is_array()) && !is_empty(value) && !dice_.one_in(3);
    if (!block_form) {
      out_ += " ";
      flow(value, indent + 4);
      out_ += comment() + "\n";
    } else if (of_dash && value.is_object()) {
      out_ += " ";
      block(value, indent, true);
    } else {
      out_ += comment() + "\n";
      block(value, indent);
    }
  }

  void block(const Json& value, std::size_t indent, bool begun = false) {
    const std::string pad(indent, ' ');
    if (const auto* object = value.if_object()) {
      for (const auto& entry : *object) {
        if (!begun && dice_.one_in(4)) out_ += fmt::format("{}# {}\n", pad, ++comments_);
        if (!begun) out_ += pad;
        begun = false;
        out_ += key(entry.key()) + ":";
        below(entry.value(), indent + 2, false);
        if (dice_.one_in(6)) out_ += "\n";
      }
      return;
    }
    for (const auto& item : value.get_array()) {
      out_ += pad + "-";
      below(item, indent + 2, true);
    }
  }

  void toml(const JsonObject& document) {
    std::vector<std::string> tables;
    for (const auto& entry : document) {
      if (entry.value().is_object() && dice_.one_in(2)) {
        tables.emplace_back(entry.key());
        continue;
      }
      line(entry.key(), entry.value());
    }
    for (const auto& name : tables) {
      out_ += "\n[" + key(name) + "]" + comment() + "\n";
      for (const auto& entry : document.at(name).get_object()) line(entry.key(), entry.value());
    }
  }
  void line(std::string_view name, const Json& value) {
    out_ += key(name) + " = ";
    flow(value, 0);
    out_ += comment() + "\n";
  }

  Dice& dice_;
  TextSyntax syntax_;
  std::size_t comments_ = 0;
  std::string out_;
};

constexpr std::array<std::string_view, 4> kFiles{"a.yaml", "a.json", "a.jsonc", "a.toml"};

Json meaning(const std::string& file, std::string_view text) {
  const auto documents = parse_text(file, text, syntax_of(file));
  REQUIRE(documents.size() == 1);
  if (has_errors(documents.front().diagnostics)) MESSAGE(to_text(documents.front().diagnostics.front()));
  REQUIRE(!has_errors(documents.front().diagnostics));
  return to_json(documents.front().root);
}

// Each scalar of a document, to be changed.
void scalars_of(Json& value, std::vector<Json*>& out) {
  if (auto* object = value.if_object()) {
    for (auto& entry : *object) scalars_of(entry.value(), out);
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array) scalars_of(item, out);
  } else {
    out.push_back(&value);
  }
}

// The line ends and comments of a text, in their order.
std::string frame_of(const std::string& text) {
  std::string out;
  for (const auto line : split(text, '\n')) {
    const auto hash = line.rfind(" # ");
    const auto slashes = line.rfind(" // ");
    const auto at = std::min(hash, slashes);
    out += line.ends_with('\r') ? "\r\n" : "\n";
    if (at != std::string_view::npos && !line.substr(at).contains('"')) out += line.substr(at);
  }
  return out;
}

}  // namespace

TEST_CASE("whatever changes in a document, the file says it afterwards, and mostly it can be done") {
  std::size_t refused = 0;
  const auto all = cases(20'000);
  for (std::size_t seed = 0; seed < all; ++seed) {
    Dice dice(seed);
    const std::string file(kFiles.at(seed % kFiles.size()));
    const auto syntax = syntax_of(file);
    const auto document = any_document(dice, syntax);
    const auto text = Writer(dice, syntax).write(document);
    CAPTURE(seed);
    CAPTURE(text);
    REQUIRE(equal(meaning(file, text), document));
    Json desired = document;
    mutate(desired, dice, syntax);
    if (!desired.is_object() || desired.get_object().empty()) continue;
    CAPTURE(to_text(desired));
    const auto edited = rewrite_document(file, text, 0, desired);
    if (!edited) {
      ++refused;
      continue;
    }
    CAPTURE(*edited);
    REQUIRE(equal(meaning(file, *edited), desired));
    if (equal(desired, document)) CHECK(*edited == text);
  }
  // What a comment stands in, and tables of TOML.
  CHECK(refused * 10 < all);
}

TEST_CASE("a scalar that changes moves no comment and no line") {
  const auto all = cases(20'000);
  for (std::size_t seed = 0; seed < all; ++seed) {
    Dice dice(seed);
    const std::string file(kFiles.at(seed % kFiles.size()));
    const auto syntax = syntax_of(file);
    Json desired = any_document(dice, syntax);
    const auto text = Writer(dice, syntax).write(desired.get_object());
    std::vector<Json*> scalars;
    scalars_of(desired, scalars);
    if (scalars.empty()) continue;
    *scalars[dice.below(scalars.size())] = any_scalar(dice, syntax);
    CAPTURE(seed);
    CAPTURE(text);
    CAPTURE(to_text(desired));
    const auto edited = rewrite_document(file, text, 0, desired);
    REQUIRE_MESSAGE(edited.has_value(), (edited ? "" : edited.error().message));
    CAPTURE(*edited);
    CHECK(frame_of(*edited) == frame_of(text));
  }
}
