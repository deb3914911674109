#include "manifests/toml.h"

#include <fmt/format.h>

// The only translation unit that sees toml++. Its parser asserts what hostile text can break (a table header whose key
// begins with a control character), and tells the optimiser to rely on it under NDEBUG; what follows the assertion
// reports the error in good order, so both are taken out.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace plumbline::manifests {
namespace {

class TomlReader {
 public:
  TomlReader(const std::string& file, YamlLimits limits) : file_(file), limits_(limits) {}

  YamlDocument run(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text, file_);
    if (parsed.failed()) {
      const toml::parse_error& wrong = parsed.error();
      error(wrong.source().begin, "this is not valid TOML", std::string(wrong.description()));
      document_.cut_short = true;
    } else {
      document_.root = read_table(parsed.table(), 0);
      document_.root.line = 1;
      document_.root.column = 1;
    }
    return std::move(document_);
  }

 private:
  void error(const toml::source_position& at, std::string summary, std::string detail) {
    document_.diagnostics.push_back({.where = {file_, static_cast<int>(at.line), static_cast<int>(at.column)},
                                     .summary = std::move(summary),
                                     .detail = std::move(detail)});
  }

  YamlNode read(const toml::node& node, std::size_t depth) {
    YamlNode out = read_content(node, depth);
    out.line = static_cast<int>(node.source().begin.line);
    out.column = static_cast<int>(node.source().begin.column);
    return out;
  }

  YamlNode read_content(const toml::node& node, std::size_t depth) {
    if (depth >= limits_.depth) {
      if (!std::exchange(too_deep_, true)) {
        error(node.source().begin, fmt::format("more than {} levels of lists and maps", limits_.depth),
              "make the document flatter");
      }
      return {};
    }
    if (const auto* table = node.as_table()) return read_table(*table, depth);
    if (const auto* array = node.as_array()) {
      YamlNode out{.kind = YamlKind::list};
      for (const toml::node& item : *array) out.items.push_back(read(item, depth + 1));
      return out;
    }
    return read_scalar(node);
  }

  YamlNode read_scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) return {.kind = YamlKind::scalar, .plain = false, .text = text->get()};
    if (const auto* number = node.as_integer()) return plain(fmt::format("{}", number->get()));
    if (const auto* boolean = node.as_boolean()) return plain(boolean->get() ? "true" : "false");
    if (const auto* number = node.as_floating_point()) {
      if (std::isfinite(number->get())) return plain(fmt::format("{}", number->get()));
      error(node.source().begin, "JSON, which the API speaks, has no such number", "write it as a string");
      return plain("0");
    }
    error(node.source().begin, "dates are not supported here", "put it in quotes, as in \"2026-10-01\"");
    return {.kind = YamlKind::scalar, .plain = false};
  }

  static YamlNode plain(std::string text) { return {.kind = YamlKind::scalar, .text = std::move(text)}; }

  // toml++ sorts keys by name; messages and readers want them as they were written.
  YamlNode read_table(const toml::table& table, std::size_t depth) {
    YamlNode out{.kind = YamlKind::map};
    for (const auto& [key, value] : table) {
      YamlNode name{.kind = YamlKind::scalar,
                    .plain = false,
                    .line = static_cast<int>(key.source().begin.line),
                    .column = static_cast<int>(key.source().begin.column),
                    .text = std::string(key.str())};
      out.entries.push_back({std::move(name), read(value, depth + 1)});
    }
    std::ranges::sort(out.entries, {},
                      [](const YamlEntry& entry) { return std::pair(entry.key.line, entry.key.column); });
    return out;
  }

  const std::string& file_;
  YamlLimits limits_;
  YamlDocument document_;
  bool too_deep_ = false;
};

}  // namespace

YamlDocument parse_toml(const std::string& file, std::string_view text, YamlLimits limits) {
  if (text.size() <= limits.bytes) return TomlReader(file, limits).run(text);
  YamlDocument document{.cut_short = true};
  document.diagnostics.push_back(
      {.where = {file},
       .summary = fmt::format("the file has {} bytes, at most {} are allowed", text.size(), limits.bytes)});
  return document;
}

}  // namespace plumbline::manifests
