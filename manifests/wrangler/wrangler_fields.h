#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "manifests/documents/schema.h"

/// Building blocks of the tables of wrangler's configuration, for wrangler_schema.cpp and wrangler_binding_schema.cpp.
namespace plumbline::manifests {

inline constexpr Shape kAny{};
inline constexpr Shape kNumber{.type = Type::number};
inline constexpr Shape kAnyList{.type = Type::list};
inline constexpr Shape kMap{.type = Type::map};
inline constexpr Shape kTextMap{.type = Type::map, .element = &kText};

constexpr Field needs(std::string_view name, std::string_view documentation, Shape shape = kFilled) {
  return {name, shape, documentation, Presence::required};
}

constexpr Field may_have(std::string_view name, std::string_view documentation, Shape shape = kText) {
  return {name, shape, documentation};
}

/// Why an unknown field is an error if it may have a meaning: bindings are a complete set, so leaving one out would
/// delete it where it is live.
inline constexpr std::string_view kUnknownMend =
    "wrangler 4.164 does not have this field, and this version of Plumbline knows no newer one. The live Worker stays "
    "as it is, so that it does not lose what the field states. Remove the field, update Plumbline, or write the Worker "
    "as a Plumbline manifest";

constexpr Table table_of(std::span<const Field> fields) {
  return {.fields = fields, .unknown = Unknown::refuse_stated, .unknown_mend = kUnknownMend};
}

/// Objects of `Fields`.
template <const auto& Fields>
struct Objects {
  static constexpr Table kTable = table_of(Fields);
  static constexpr Shape kOne{.type = Type::object, .table = &kTable};
  static constexpr Shape kList{.type = Type::list, .expected = "a list of maps", .element = &kOne};
};

/// The same, with a rule of its own.
constexpr Shape checked(Shape shape, NodeRule rule) {
  shape.node_rule = rule;
  return shape;
}

/// `{bindings: [...]}`
template <const auto& Fields>
struct Wrapped {
  static constexpr std::array kFields{needs("bindings", "List of the bindings", Objects<Fields>::kList)};
  static constexpr Table kTable = table_of(kFields);
  static constexpr Shape kShape{.type = Type::object, .table = &kTable};
};

/// Where a field may stand. `inherited`: an environment that lacks it takes it from the top level; `not_inherited`: it
/// does not. `top_only`: only at the top level. `top_idle`: only at the top level, and without influence on what is
/// uploaded.
enum class In : std::uint8_t { top_only, top_idle, inherited, not_inherited };

/// A field of the whole file, or of an environment.
struct ConfigField {
  Field field;
  In in = In::inherited;
};

constexpr ConfigField inherited(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::inherited};
}

constexpr ConfigField own(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::not_inherited};
}

constexpr ConfigField top(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::top_only};
}

constexpr ConfigField idle(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::top_idle};
}

/// A field that wrangler 4 no longer reads; `why` says why it may stay.
constexpr ConfigField outlived(std::string_view name, std::string_view why) {
  return {{.name = name, .shape = kAny, .documentation = why, .support = Support::idle}, In::inherited};
}

constexpr ConfigField refused(std::string_view name, std::string_view mend) {
  return {{.name = name, .shape = kAny, .documentation = mend, .support = Support::refused}, In::inherited};
}

constexpr Shape object(const Table& table, NodeRule rule = nullptr) {
  return {.type = Type::object, .table = &table, .node_rule = rule};
}

}  // namespace plumbline::manifests
