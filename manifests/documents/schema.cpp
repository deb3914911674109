#include "manifests/documents/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

// A longer list of known names does not help.
constexpr std::size_t kMaxListedFields = 8;

std::string_view expectation(const Shape& shape) {
  if (!shape.expected.empty()) return shape.expected;
  switch (shape.type) {
    case Type::any:
      return "a value";
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return "a whole number";
    case Type::number:
      return "a number";
    case Type::string:
      return "a string";
    case Type::list:
      if (shape.element != nullptr && shape.element->type == Type::string) {
        return "a list of strings";
      }
      return "a list";
    case Type::map:
    case Type::object:
    case Type::variant:
      return "a map";
    case Type::either:
      return "another value";
  }
  return "a value";
}

bool is_of(ValueType found, const Shape& shape) {
  switch (shape.type) {
    case Type::any:
      return true;
    case Type::boolean:
      return found == ValueType::boolean;
    case Type::integer:
      return found == ValueType::integer;
    case Type::number:
      return found == ValueType::integer || found == ValueType::number;
    case Type::string:
      return found == ValueType::string;
    case Type::list:
      return found == ValueType::list;
    case Type::map:
    case Type::object:
    case Type::variant:
      return found == ValueType::map;
    case Type::either:
      return std::ranges::any_of(shape.alternatives, [&](const Shape& one) { return is_of(found, one); });
  }
  return false;
}

std::string mend_of_type(ValueType found, const Shape& shape) {
  const bool is_scalar = found == ValueType::boolean || found == ValueType::integer || found == ValueType::number;
  if (shape.type == Type::string && is_scalar) return "put it in quotes";
  if (found != ValueType::null) return {};
  if (shape.type == Type::list) return "write [] for an empty list, or leave the field out";
  if (shape.type == Type::map || shape.type == Type::object) {
    return "write {} for an empty map, or leave the field out";
  }
  return "give it a value, or leave the field out";
}

std::vector<std::string_view> names_of(const Table& table) {
  std::vector<std::string_view> names;
  for (const Field& field : table.fields) {
    if (field.support == Support::now || field.support == Support::later) names.push_back(field.name);
  }
  return names;
}

const Field* find_field(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table.fields, name, &Field::name);
  return found == table.fields.end() ? nullptr : &*found;
}

bool holds_placeholder(const YamlNode& node) {
  return node.kind == YamlKind::scalar && node.text.find("${") != std::string::npos;
}

// A placeholder may stand for any scalar, but not for a list or a map.
bool may_be_scalar(const Shape& shape) {
  if (shape.type == Type::either) return std::ranges::any_of(shape.alternatives, may_be_scalar);
  return shape.type != Type::list && shape.type != Type::map && shape.type != Type::object &&
         shape.type != Type::variant;
}

// Whether a value is null, or a list or map that holds only such values.
bool is_hollow(const YamlNode& node) {
  if (node.kind == YamlKind::scalar) return false;
  return std::ranges::all_of(node.items, is_hollow) &&
         std::ranges::all_of(node.entries, [](const YamlEntry& entry) { return is_hollow(entry.value); });
}

// Keys that people use as comments in formats without comments.
bool is_comment(std::string_view key) {
  return key.starts_with("//") || key == "$comment" || key == "_comment";
}

// Walks down a tree. A list is complete even in a layer, because merging replaces lists as a whole.
class Checker {
 public:
  Checker(Report& report, Extent extent) : report_(report), extent_(extent) {}

  void check(const YamlNode& node, const Shape& shape, std::string_view name) const {
    if (shape.extent == Extent::layer && extent_ != Extent::layer) {
      return Checker(report_, Extent::layer).check(node, shape, name);
    }
    if (is_open(node) && (node.kind == YamlKind::null || may_be_scalar(shape))) return;
    if (!is_of(type_of(node), shape)) return check_type(node, shape, name);
    check_content(node, shape, name);
    if (shape.node_rule != nullptr && extent_ != Extent::layer) shape.node_rule(node, report_);
  }

 private:
  // Whether another layer or a substituted value will decide what this is.
  [[nodiscard]] bool is_open(const YamlNode& node) const {
    return (extent_ == Extent::layer && node.kind == YamlKind::null) ||
           (extent_ != Extent::whole && holds_placeholder(node));
  }

  [[nodiscard]] Checker inside_list() const {
    return {report_, extent_ == Extent::layer ? Extent::unsubstituted : extent_};
  }

  void check_type(const YamlNode& node, const Shape& shape, std::string_view name) const {
    const ValueType found = type_of(node);
    report_.error(node,
                  fmt::format("expected {} for \"{}\", found {}", expectation(shape), name,
                              shape.type == Type::integer && found == ValueType::number ? "a number with a fraction"
                                                                                        : describe(found)),
                  mend_of_type(found, shape));
  }

  void check_text(const YamlNode& node, const Shape& shape, std::string_view name) const {
    if (!shape.values.empty() && std::ranges::find(shape.values, node.text) == shape.values.end()) {
      report_.error(node, fmt::format("\"{}\" must be one of {}", name, fmt::join(shape.values, ", ")),
                    suggestion(node.text, shape.values));
    }
    if (shape.rule == nullptr) return;
    if (const auto wrong = shape.rule(node.text)) {
      report_.error(node, fmt::format("\"{}\" {}", name, *wrong));
    }
  }

  void check_number(const YamlNode& node, const Shape& shape, std::string_view name) const {
    const Json value = to_json(node);
    if (!value.is_number()) return;  // refused by the YAML parser
    const double number = value.to_number<double>();
    if (number < shape.minimum) {
      report_.error(node, fmt::format("\"{}\" must be at least {}", name, shape.minimum));
    } else if (number > shape.maximum) {
      report_.error(node, fmt::format("\"{}\" must be at most {}", name, shape.maximum));
    }
  }

  void check_count(const YamlNode& node, std::size_t count, const Shape& shape, std::string_view name) const {
    if (count <= shape.most) return;
    report_.error(node, fmt::format("\"{}\" has {} entries, at most {} are allowed", name, count, shape.most));
  }

  void check_list(const YamlNode& node, const Shape& shape, std::string_view name) const {
    check_count(node, node.items.size(), shape, name);
    if (shape.element == nullptr) return;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      inside_list().check(node.items[i], *shape.element, fmt::format("{}[{}]", name, i));
    }
  }

  void check_map(const YamlNode& node, const Shape& shape, std::string_view name) const {
    check_count(node, node.entries.size(), shape, name);
    for (const auto& [key, value] : node.entries) {
      if (shape.key_rule != nullptr) {
        if (const auto wrong = shape.key_rule(key.text)) {
          report_.error(key, fmt::format("\"{}\" in \"{}\" {}", key.text, name, *wrong));
        }
      }
      if (shape.element != nullptr) {
        check(value, *shape.element, fmt::format("{}.{}", name, key.text));
      }
    }
  }

  void report_unknown(const YamlEntry& entry, const Table& table) const {
    const YamlNode& key = entry.key;
    const auto names = names_of(table);
    std::string mend = suggestion(key.text, names);
    std::string summary = fmt::format("unknown field \"{}\"", key.text);
    if (table.unknown == Unknown::pass) {
      if (!mend.empty()) report_.warning(key, std::move(summary), std::move(mend));
      return;
    }
    if (table.unknown == Unknown::refuse_stated && (is_comment(key.text) || is_hollow(entry.value))) {
      return report_.warning(key, std::move(summary), "it states nothing, and is passed over");
    }
    if (mend.empty() && names.size() <= kMaxListedFields) {
      mend = fmt::format("known here: {}", fmt::join(names, ", "));
    }
    if (!mend.empty() && !table.unknown_mend.empty()) mend += "; ";
    mend += table.unknown_mend;
    report_.error(key, std::move(summary), std::move(mend));
  }

  void check_field(const YamlEntry& entry, const Field& field) const {
    switch (field.support) {
      case Support::now:
        return check(entry.value, field.shape, field.name);
      case Support::later:
        return report_.error(entry.key, fmt::format("\"{}\" is not supported yet by this version", field.name));
      case Support::refused:
        return report_.error(entry.key, fmt::format("\"{}\" is not allowed here", field.name),
                             std::string(field.documentation));
      case Support::idle:
        return report_.warning(entry.key, fmt::format("\"{}\" has no effect here", field.name),
                               std::string(field.documentation));
    }
  }

  void check_presence(const YamlNode& node, const Table& table, std::string_view name) const {
    for (const Field& field : table.fields) {
      if (field.presence == Presence::required && node.find(field.name) == nullptr) {
        report_.error(node, fmt::format("\"{}\" lacks the field \"{}\"", name, field.name),
                      std::string(field.documentation));
      }
    }
    const auto given = [&](std::string_view one) { return node.find(one) != nullptr; };
    if (table.one_of.empty() || std::ranges::any_of(table.one_of, given)) return;
    report_.error(node,
                  fmt::format("\"{}\" needs {}{}", name, table.one_of.size() > 1 ? "one of the fields " : "the field ",
                              fmt::join(table.one_of, ", ")),
                  std::string(table.one_of_mend));
  }

  void check_exclusions(const YamlNode& node, const Table& table) const {
    for (const Exclusion& exclusion : table.exclusions) {
      const YamlNode* second = node.find(exclusion.second);
      if (second == nullptr || node.find(exclusion.first) == nullptr) continue;
      report_.error(*second, fmt::format("\"{}\" and \"{}\" exclude each other", exclusion.first, exclusion.second),
                    std::string(exclusion.mend));
    }
  }

  // `tag`, if any, is the field that chose this table.
  void check_table(const YamlNode& node, const Table& table, std::string_view name, std::string_view tag) const {
    for (const YamlEntry& entry : node.entries) {
      if (!tag.empty() && entry.key.text == tag) continue;
      if (const Field* field = find_field(table, entry.key.text)) {
        check_field(entry, *field);
      } else {
        report_unknown(entry, table);
      }
    }
    if (extent_ == Extent::layer) return;
    check_presence(node, table, name);
    check_exclusions(node, table);
  }

  void check_variant(const YamlNode& node, const Shape& shape, std::string_view name) const {
    const YamlNode* tag = node.find(shape.tag);
    if (tag == nullptr && extent_ == Extent::layer) return;
    if (tag == nullptr) {
      return report_.error(node, fmt::format("\"{}\" lacks the field \"{}\"", name, shape.tag));
    }
    if (is_open(*tag)) return;
    static constexpr Shape kTag{.type = Type::string};
    if (!is_of(type_of(*tag), kTag)) return check_type(*tag, kTag, shape.tag);
    const auto variant = std::ranges::find(shape.variants, tag->text, &Variant::value);
    if (variant == shape.variants.end()) {
      std::vector<std::string_view> known;
      for (const Variant& one : shape.variants) known.push_back(one.value);
      std::string mend = suggestion(tag->text, known);
      if (mend.empty()) return;
      return report_.warning(*tag, fmt::format("unknown {} \"{}\"", shape.tag, tag->text), std::move(mend));
    }
    if (!variant->refused.empty()) {
      return report_.error(*tag, fmt::format("\"{}\": {} \"{}\" is not allowed here", name, shape.tag, variant->value),
                           std::string(variant->refused));
    }
    check_table(node, variant->table, name, shape.tag);
  }

  void check_alternatives(const YamlNode& node, const Shape& shape, std::string_view name) const {
    const ValueType found = type_of(node);
    const auto fitting =
        std::ranges::find_if(shape.alternatives, [&](const Shape& alternative) { return is_of(found, alternative); });
    if (fitting != shape.alternatives.end()) check(node, *fitting, name);
  }

  void check_content(const YamlNode& node, const Shape& shape, std::string_view name) const {
    switch (shape.type) {
      case Type::any:
      case Type::boolean:
        return;
      case Type::integer:
      case Type::number:
        return check_number(node, shape, name);
      case Type::string:
        return check_text(node, shape, name);
      case Type::list:
        return check_list(node, shape, name);
      case Type::map:
        return check_map(node, shape, name);
      case Type::object:
        return check_table(node, *shape.table, name, {});
      case Type::variant:
        return check_variant(node, shape, name);
      case Type::either:
        return check_alternatives(node, shape, name);
    }
  }

  Report& report_;
  Extent extent_;
};

}  // namespace

void Report::error(const YamlNode& at, std::string summary, std::string detail) {
  ++errors_;
  add(Severity::error, at, std::move(summary), std::move(detail));
}

void Report::warning(const YamlNode& at, std::string summary, std::string detail) {
  add(Severity::warning, at, std::move(summary), std::move(detail));
}

void Report::add(Severity severity, const YamlNode& at, std::string summary, std::string detail) {
  diagnostics_.push_back(
      {.severity = severity, .where = location(at), .summary = std::move(summary), .detail = std::move(detail)});
}

void check(const YamlNode& node, const Shape& shape, std::string_view name, Report& report, Extent extent) {
  Checker(report, extent).check(node, shape, name);
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  const auto near = nearest(word, known);
  return near ? fmt::format("did you mean \"{}\"?", *near) : std::string();
}

}  // namespace plumbline::manifests
