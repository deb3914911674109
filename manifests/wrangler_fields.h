#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "manifests/schema.h"

/// What the tables of wrangler's configuration are written in: for wrangler_schema.cpp and wrangler_binding_schema.cpp.
namespace plumbline::manifests {

inline constexpr Shape kAny{};
inline constexpr Shape kText{.type = Type::string};
inline constexpr Shape kTexts{.type = Type::list, .element = &kText};
inline constexpr Shape kBool{.type = Type::boolean};
inline constexpr Shape kNumber{.type = Type::number};
inline constexpr Shape kMap{.type = Type::map};
inline constexpr Shape kTextMap{.type = Type::map, .element = &kText};

inline std::optional<std::string> nonempty_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  return std::nullopt;
}

inline constexpr Shape kNonEmpty{.type = Type::string, .rule = nonempty_problem};

constexpr Field needs(std::string_view name, std::string_view documentation, Shape shape = kText) {
  return {name, shape, documentation, Presence::required};
}

constexpr Field may_have(std::string_view name, std::string_view documentation, Shape shape = kText) {
  return {name, shape, documentation};
}

constexpr Table table_of(std::span<const Field> fields) {
  return {.fields = fields, .unknown = Unknown::warn};
}

/// Objects of `Fields`.
template <const auto& Fields>
struct Objects {
  static constexpr Table kTable = table_of(Fields);
  static constexpr Shape kOne{.type = Type::object, .table = &kTable};
  static constexpr Shape kList{.type = Type::list, .expected = "a list of maps", .element = &kOne};
};

/// `{bindings: [...]}`
template <const auto& Fields>
struct Wrapped {
  static constexpr std::array kFields{needs("bindings", "List of the bindings", Objects<Fields>::kList)};
  static constexpr Table kTable = table_of(kFields);
  static constexpr Shape kShape{.type = Type::object, .table = &kTable};
};

/// Where a field may stand: `own` ones are not taken from the top level by an environment that lacks them.
enum class In : std::uint8_t { top_only, inherited, not_inherited };

/// A field of the whole file, or of an environment.
struct ConfigField {
  Field field;
  In in;
};

inline ConfigField inherited(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::inherited};
}

inline ConfigField own(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::not_inherited};
}

inline ConfigField top(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::top_only};
}

inline Shape object(const Table& table, NodeRule rule = nullptr) {
  return {.type = Type::object, .table = &table, .node_rule = rule};
}

}  // namespace plumbline::manifests
