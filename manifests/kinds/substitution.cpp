#include "manifests/kinds/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "manifests/documents/rules.h"
#include "manifests/sources/stand_in.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kOpen = "${";
constexpr std::string_view kDefault = ":=";

// Replaces the placeholders in one scalar.
class Substitution {
 public:
  Substitution(const YamlNode& node, const Values& values, Report& report)
      : node_(node), values_(values), report_(report), rest_(node.text) {}

  std::string run() {
    std::string out;
    for (auto at = rest_.find(kOpen); at != std::string_view::npos; at = rest_.find(kOpen)) {
      const bool escaped = at > 0 && rest_[at - 1] == '$';
      out += rest_.substr(0, escaped ? at - 1 : at);
      rest_.remove_prefix(at + kOpen.size());
      out += escaped ? std::string(kOpen) : next();
    }
    return out += rest_;
  }

 private:
  // The replacement for the expression whose brace was just read.
  std::string next() {
    const auto end = rest_.find('}');
    const auto expression = rest_.substr(0, end);
    const auto colon = expression.find(kDefault);
    const std::string name(expression.substr(0, colon));
    if (end == std::string_view::npos || variable_name_problem(name)) {
      report_.error(node_, "this ${ does not begin ${NAME} or ${NAME:=default}", "write $${ for the text ${");
      return {};
    }
    rest_.remove_prefix(end + 1);
    const auto found = values_.find(name);
    const bool has_default = colon != std::string_view::npos;
    if (found != values_.end() && (!found->second.empty() || !has_default)) return found->second;
    if (has_default) return std::string(expression.substr(colon + kDefault.size()));
    report_.error(node_, fmt::format("the value {} is not set", name),
                  fmt::format("set it for this source, or give it a default: ${{{}:=...}}", name));
    return {};
  }

  const YamlNode& node_;
  const Values& values_;
  Report& report_;
  std::string_view rest_;
};

void substitute_scalar(YamlNode& node, const Values& values, Report& report) {
  if (node.text.find(kOpen) == std::string::npos) return;
  const std::size_t before = report.errors();
  std::string text = Substitution(node, values, report).run();
  if (report.errors() > before) return;
  node.text = std::move(text);
  if (is_unrepresentable_number(node)) {
    report.error(node, "with its values this becomes a number that is too large or not finite",
                 "put it in quotes if it is meant as a text");
  }
}

}  // namespace

void substitute(YamlNode& node, const Values& values, Report& report) {
  if (node.kind == YamlKind::scalar) return substitute_scalar(node, values, report);
  for (YamlNode& item : node.items) substitute(item, values, report);
  for (YamlEntry& entry : node.entries) substitute(entry.value, values, report);
}

bool has_placeholder(const YamlNode& node) {
  if (node.kind == YamlKind::scalar) return node.text.find(kOpen) != std::string::npos;
  return std::ranges::any_of(node.items, has_placeholder) ||
         std::ranges::any_of(node.entries, [](const YamlEntry& entry) { return has_placeholder(entry.value); });
}

ValuesFile parse_values(const std::string& file, std::string_view text) {
  static constexpr Shape kValue{.type = Type::string};
  static constexpr Shape kShape{.type = Type::map,
                                .expected = "a map from names to strings",
                                .element = &kValue,
                                .key_rule = variable_name_problem};
  ValuesFile out;
  if (const auto what = stand_in_of(text)) {
    out.diagnostics.push_back({.where = {file},
                               .summary = fmt::format("this file of values {}", *what),
                               .detail = std::string(mend_of_stand_in(text))});
    return out;
  }
  const auto documents = parse_yaml(file, text);
  for (const YamlDocument& document : documents) {
    out.diagnostics.insert(out.diagnostics.end(), document.diagnostics.begin(), document.diagnostics.end());
  }
  Report report(file, out.diagnostics);
  for (const YamlDocument& document : documents) {
    if (document.cut_short) continue;
    check(document.root, kShape, "values", report);
    for (const auto& [key, value] : document.root.entries) out.values.insert_or_assign(key.text, value.text);
  }
  if (has_errors(out.diagnostics)) out.values.clear();
  return out;
}

}  // namespace plumbline::manifests
