#include "manifests/edit/byte_edits.h"

#include <utility>

#include "manifests/edit/edit_forms.h"

namespace plumbline::manifests {
namespace {

bool is_block(const YamlNode& node, const TreeText& text) {
  return (node.kind == YamlKind::map || node.kind == YamlKind::list) && !text.is_flow(node);
}

// A list or map that is written in lines of its own gives place to a value behind its key.
Result<ByteEdits> replace_block(const EditStep& step, Span span, std::string value, const TreeText& text) {
  if (text.syntax() == TextSyntax::toml) return fail("it is written as a table of TOML");
  if (step.parent->kind == YamlKind::map) {
    const auto key = text.key_span(step.parent->entries[step.index]);
    if (!key) return std::unexpected(key.error());
    span.begin = text.skip_blanks(key->end) + 1;
    value.insert(0, " ");
  }
  if (text.has_comment(span)) return comment_inside();
  return ByteEdits{{span, std::move(value)}};
}

Result<ByteEdits> replace_value(const EditStep& step, const TreeText& text, const YamlNode& root) {
  const bool is_root = step.parent == nullptr;
  const auto& node = is_root ? root : value_of_member(*step.parent, step.index);
  const auto span = is_root ? text.item_span(root) : value_span(*step.parent, step.index, text);
  if (!span) return std::unexpected(span.error());
  auto value = inline_text(*step.value, text.syntax(), quotes_at(text, span->begin));
  if (!value) return std::unexpected(value.error());
  if (is_block(node, text)) {
    if (is_root) return fail("it is the whole document");
    return replace_block(step, *span, *std::move(value), text);
  }
  // A list or map in braces goes as a whole.
  if (node.kind != YamlKind::scalar && text.has_comment(*span)) return comment_inside();
  if (span->begin == span->end) value->insert(0, " ");
  return ByteEdits{{*span, *std::move(value)}};
}

}  // namespace

Result<ByteEdits> bytes_of(const EditStep& step, const TreeText& text, const YamlNode& root) {
  if (step.kind == EditStep::Kind::replace) return replace_value(step, text, root);
  if (text.is_flow(*step.parent)) return edit_in_braces(step, text);
  return text.syntax() == TextSyntax::toml ? edit_in_table(step, text, root) : edit_in_block(step, text);
}

std::string applied(std::string_view text, const ByteEdits& edits) {
  std::string out;
  std::size_t done = 0;
  for (const auto& [span, bytes] : edits) {
    out += text.substr(done, span.begin - done);
    out += bytes;
    done = span.end;
  }
  out += text.substr(done);
  return out;
}

}  // namespace plumbline::manifests
