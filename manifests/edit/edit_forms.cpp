#include "manifests/edit/edit_forms.h"

namespace plumbline::manifests {

std::unexpected<Error> comment_inside() {
  return fail("a comment stands inside of it");
}

Result<Span> value_span(const YamlNode& parent, std::size_t index, const TreeText& text) {
  if (parent.kind == YamlKind::map) return text.value_span(parent.entries[index]);
  return text.item_span(parent.items[index]);
}

// Where a member begins: at its key.
Result<std::size_t> member_begin(const YamlNode& parent, std::size_t index, const TreeText& text) {
  return text.begin_of(parent.kind == YamlKind::map ? parent.entries[index].key : parent.items[index]);
}

const YamlNode& value_of_member(const YamlNode& parent, std::size_t index) {
  return parent.kind == YamlKind::map ? parent.entries[index].value : parent.items[index];
}

std::size_t member_count(const YamlNode& node) {
  return node.kind == YamlKind::map ? node.entries.size() : node.items.size();
}

// A member in one line: `key: value`, or the value alone.
Result<std::string> member_text(const EditStep& step, const TreeText& text, Quotes of_keys, Quotes of_values) {
  auto value = inline_text(*step.value, text.syntax(), of_values);
  if (!value || step.parent->kind != YamlKind::map) return value;
  return key_text(step.key, text.syntax(), of_keys) + std::string(assignment(text.syntax())) + *value;
}

Quotes quotes_of_neighbour(const YamlNode& parent, const TreeText& text, Of which) {
  for (std::size_t i = 0; i < member_count(parent); ++i) {
    const auto& node = which == Of::keys ? parent.entries[i].key : value_of_member(parent, i);
    if (node.kind != YamlKind::scalar || (which == Of::values && type_of(node) != ValueType::string)) continue;
    if (const auto begin = text.begin_of(node)) return quotes_at(text, *begin);
  }
  return Quotes::none;
}

}  // namespace plumbline::manifests
