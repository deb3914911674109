#include "manifests/kinds/json_schema.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "manifests/documents/schema.h"
#include "manifests/kinds/worker_schema.h"
#include "manifests/kinds/zone_worker.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kPlaceholder = "placeholder";

Json reference(std::string_view definition) {
  return {{"$ref", fmt::format("#/$defs/{}", definition)}};
}

Json texts(std::span<const std::string_view> words) {
  return JsonArray(words.begin(), words.end());
}

Json constant(std::string_view property, std::string_view value) {
  return {{"properties", {{property, {{"const", value}}}}}, {"required", JsonArray{property}}};
}

Json requires_field(std::string_view name) {
  return {{"required", JsonArray{name}}};
}

Json one_of_these(std::span<const std::string_view> fields) {
  JsonArray out;
  for (const std::string_view field : fields) out.push_back(requires_field(field));
  return out;
}

Json not_both(const Exclusion& exclusion) {
  return {{"not", {{"required", JsonArray{exclusion.first, exclusion.second}}}}};
}

// A schema that no value fits. Editors show the description.
Json never(std::string_view why) {
  return {{"description", why}, {"not", JsonObject()}};
}

bool is_limited_text(const Shape& shape) {
  return shape.type == Type::string && (!shape.values.empty() || !shape.pattern.empty());
}

// Whether `${NAME}`, which is a text, may stand for a value of this shape although the shape allows no text.
bool may_be_placeholder(const Shape& shape) {
  return shape.type == Type::boolean || shape.type == Type::integer || shape.type == Type::number ||
         is_limited_text(shape);
}

void add_limits(JsonObject& out, const Shape& shape) {
  if (shape.minimum > std::numeric_limits<double>::lowest()) out["minimum"] = shape.minimum;
  if (shape.maximum < std::numeric_limits<double>::max()) out["maximum"] = shape.maximum;
}

void add_most(JsonObject& out, std::string_view keyword, const Shape& shape) {
  if (shape.most != Shape().most) out[keyword] = shape.most;
}

// Translates shapes. Each table becomes one definition for whole values and one for layers.
class Translator {
 public:
  Json translate(const Shape& shape, Extent extent, std::string_view name) {
    if (shape.extent == Extent::layer) extent = Extent::layer;
    JsonArray alternatives{content(shape, extent, name)};
    if (may_be_placeholder(shape)) alternatives.push_back(reference(kPlaceholder));
    if (extent == Extent::layer) alternatives.push_back({{"type", "null"}});
    if (alternatives.size() == 1) return alternatives.front();
    return {{"anyOf", std::move(alternatives)}};
  }

  JsonObject take_definitions() { return std::move(definitions_); }

 private:
  Json content(const Shape& shape, Extent extent, std::string_view name) {
    switch (shape.type) {
      case Type::any:
        return JsonObject();
      case Type::boolean:
        return {{"type", "boolean"}};
      case Type::integer:
      case Type::number:
        return number(shape);
      case Type::string:
        return text(shape);
      case Type::list:
        return list(shape, extent, name);
      case Type::map:
        return map(shape, extent, name);
      case Type::object:
        return define(shape.table, extent, name, [&] { return object(shape, extent); });
      case Type::variant:
        return define(shape.variants.data(), extent, name, [&] { return variants(shape, extent, name); });
      case Type::either:
        return either(shape, extent, name);
    }
    return JsonObject();
  }

  static Json number(const Shape& shape) {
    JsonObject out{{"type", shape.type == Type::integer ? "integer" : "number"}};
    add_limits(out, shape);
    return out;
  }

  static Json text(const Shape& shape) {
    JsonObject out{{"type", "string"}};
    if (!shape.values.empty()) out["enum"] = texts(shape.values);
    if (!shape.pattern.empty()) out["pattern"] = shape.pattern;
    return out;
  }

  // Merging replaces a list as a whole, so its items are complete.
  Json list(const Shape& shape, Extent extent, std::string_view name) {
    JsonObject out{{"type", "array"}};
    if (shape.element != nullptr) out["items"] = translate(*shape.element, Extent::whole, name);
    add_most(out, "maxItems", shape);
    add_rules(out, shape, extent);
    return out;
  }

  Json map(const Shape& shape, Extent extent, std::string_view name) {
    JsonObject out{{"type", "object"}};
    if (shape.element != nullptr) out["additionalProperties"] = translate(*shape.element, extent, name);
    if (!shape.key_pattern.empty()) out["propertyNames"] = {{"pattern", shape.key_pattern}};
    add_most(out, "maxProperties", shape);
    return out;
  }

  Json either(const Shape& shape, Extent extent, std::string_view name) {
    JsonArray out;
    for (const Shape& alternative : shape.alternatives) out.push_back(translate(alternative, extent, name));
    return {{"anyOf", std::move(out)}};
  }

  static void add_rules(JsonObject& out, const Shape& shape, Extent extent) {
    if (shape.also.empty() || extent == Extent::layer) return;
    const Json also = parse_json(shape.also).value();
    for (const auto& rule : also.get_object()) out.insert(rule);
  }

  // The value of a field. Editors show its documentation.
  Json field(const Field& field, Extent extent) {
    if (field.support == Support::refused || field.support == Support::later) return never(field.documentation);
    JsonObject described{{"description", field.documentation}};
    const Json value = translate(field.shape, extent, field.name);
    for (const auto& member : value.get_object()) described.insert(member);
    return described;
  }

  // `tag`, if not empty, is the field that chose this table.
  JsonObject table(const Table& table, Extent extent, std::string_view tag) {
    JsonObject properties;
    JsonArray required;
    if (!tag.empty()) properties[tag] = JsonObject();
    for (const Field& one : table.fields) {
      properties[one.name] = field(one, extent);
      if (one.presence == Presence::required) required.push_back(Json(one.name));
    }
    JsonObject out{{"type", "object"}, {"properties", std::move(properties)}};
    if (table.unknown != Unknown::pass) out["additionalProperties"] = false;
    if (extent == Extent::layer) return out;
    if (!required.empty()) out["required"] = std::move(required);
    if (!table.one_of.empty()) out["anyOf"] = one_of_these(table.one_of);
    JsonArray exclusions;
    for (const Exclusion& exclusion : table.exclusions) exclusions.push_back(not_both(exclusion));
    if (!exclusions.empty()) out["allOf"] = std::move(exclusions);
    return out;
  }

  Json object(const Shape& shape, Extent extent) {
    JsonObject out = table(*shape.table, extent, {});
    add_rules(out, shape, extent);
    return out;
  }

  // Known values of the tag are suggested. Unknown ones pass, because the API may have got new ones.
  static Json tag_of(const Shape& shape, Extent extent) {
    JsonArray known;
    JsonArray refused;
    for (const Variant& variant : shape.variants)
      (variant.refused.empty() ? known : refused).push_back(Json(variant.value));
    JsonArray alternatives{{{"enum", std::move(known)}}, {{"type", "string"}, {"not", {{"enum", std::move(refused)}}}}};
    if (extent == Extent::layer) alternatives.push_back({{"type", "null"}});
    return {{"anyOf", std::move(alternatives)}};
  }

  Json variants(const Shape& shape, Extent extent, std::string_view name) {
    JsonArray cases;
    for (const Variant& variant : shape.variants) {
      if (!variant.refused.empty()) continue;
      const auto build = [&] { return table(variant.table, extent, shape.tag); };
      cases.push_back({{"if", constant(shape.tag, variant.value)},
                       {"then", define(&variant.table, extent, fmt::format("{}.{}", name, variant.value), build)}});
    }
    JsonObject out{{"type", "object"}, {"properties", {{shape.tag, tag_of(shape, extent)}}}};
    if (extent != Extent::layer) out["required"] = JsonArray{shape.tag};
    out["allOf"] = std::move(cases);
    return out;
  }

  // The result of `build` is stored once among the definitions, however many places refer to it.
  template <class Build>
  Json define(const void* origin, Extent extent, std::string_view name, const Build& build) {
    const bool is_layer = extent == Extent::layer;
    const auto known = names_.find({origin, is_layer});
    if (known != names_.end()) return reference(known->second);
    std::string unique = fmt::format("{}{}", name, is_layer ? ".layer" : "");
    for (int count = 2; !taken_.insert(unique).second; ++count) {
      unique = fmt::format("{}{}.{}", name, is_layer ? ".layer" : "", count);
    }
    names_.emplace(std::pair(origin, is_layer), unique);
    Json built = build();
    definitions_[unique] = std::move(built);
    return reference(unique);
  }

  JsonObject definitions_;
  std::map<std::pair<const void*, bool>, std::string> names_;  // by origin, and whether it is a layer
  std::set<std::string> taken_;
};

struct Kind {
  std::string_view name;
  const Shape& shape;
};

}  // namespace

Json manifest_schema() {
  const std::array<Kind, 3> kinds{
      {{"Worker", worker_shape()}, {"Defaults", defaults_shape()}, {"ZoneWorker", zone_worker_shape()}}};
  Translator translator;
  JsonArray names;
  JsonArray cases;
  for (const auto& [name, shape] : kinds) {
    names.push_back(Json(name));
    cases.push_back({{"if", constant("kind", name)}, {"then", translator.translate(shape, Extent::whole, name)}});
  }
  JsonObject definitions = translator.take_definitions();
  definitions[kPlaceholder] = {{"description", "${NAME} or ${NAME:=default}, replaced before the value is read"},
                               {"type", "string"},
                               {"pattern", "\\$\\{"}};
  return {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Manifest of Plumbline"},
      {"type", "object"},
      {"required", JsonArray{"apiVersion", "kind"}},
      {"properties", {{"apiVersion", {{"const", "plumbline.dev/v1beta1"}}}, {"kind", {{"enum", std::move(names)}}}}},
      {"allOf", std::move(cases)},
      {"$defs", std::move(definitions)}};
}

}  // namespace plumbline::manifests
