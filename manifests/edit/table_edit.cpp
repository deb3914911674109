#include "manifests/edit/edit_forms.h"

#include <string>

namespace plumbline::manifests {
namespace {

/// In lines below a header.
class TableEdit {
 public:
  TableEdit(const EditStep& step, const TreeText& text) : step_(step), parent_(*step.parent), text_(text) {}

  Result<ByteEdits> remove() const {
    if (parent_.kind != YamlKind::map || !is_line(step_.index)) return fail("it is written as a table of TOML");
    const auto begin = text_.begin_of(parent_.entries[step_.index].key);
    const auto span = text_.value_span(parent_.entries[step_.index]);
    if (!begin || !span) return std::unexpected(begin ? span.error() : begin.error());
    if (!text_.is_first_in_line(*begin)) return fail("it is written with a key of several parts");
    if (text_.has_comment({*begin, span->end})) return comment_inside();
    return ByteEdits{{{text_.line_begin(*begin), text_.next_line(span->end)}, {}}};
  }

  Result<ByteEdits> insert(const YamlNode& root) const {
    if (parent_.kind != YamlKind::map) return fail("it is written as tables of TOML");
    const auto made = member_text(step_, text_, Quotes::none, Quotes::double_quotes);
    if (!made) return std::unexpected(made.error());
    for (auto i = parent_.entries.size(); i > 0; --i) {
      if (is_line(i - 1)) return insert_behind(i - 1, *made);
    }
    if (&parent_ == &root) {
      const auto begin = text_.offset(1, 1);
      if (!begin) return std::unexpected(begin.error());
      return ByteEdits{{{*begin, *begin}, *made + std::string(text_.newline(0))}};
    }
    const auto header = text_.begin_of(parent_);
    if (!header) return std::unexpected(header.error());
    if (!text_.is_first_in_line(*header)) return fail("it is written with keys of several parts");
    const auto line = text_.line_end(*header);
    return ByteEdits{{{line, line}, std::string(text_.newline(*header)) + *made}};
  }

 private:
  // Whether an entry is `key = value`, and no table with a header.
  [[nodiscard]] bool is_line(std::size_t index) const {
    const auto key = text_.key_span(parent_.entries[index]);
    return key && text_.text().substr(text_.skip_blanks(key->end)).starts_with('=');
  }

  [[nodiscard]] Result<ByteEdits> insert_behind(std::size_t index, const std::string& made) const {
    const auto begin = text_.begin_of(parent_.entries[index].key);
    const auto span = text_.value_span(parent_.entries[index]);
    if (!begin || !span) return std::unexpected(begin ? span.error() : begin.error());
    const auto first = text_.line_begin(*begin);
    if (!text_.is_first_in_line(*begin)) return fail("it is written with keys of several parts");
    const auto line = text_.line_end(span->end);
    const auto indent = std::string(text_.text().substr(first, *begin - first));
    return ByteEdits{{{line, line}, std::string(text_.newline(span->end)) + indent + made}};
  }

  const EditStep& step_;
  const YamlNode& parent_;
  const TreeText& text_;
};

}  // namespace

Result<ByteEdits> edit_in_table(const EditStep& step, const TreeText& text, const YamlNode& root) {
  const TableEdit edit(step, text);
  return step.kind == EditStep::Kind::remove ? edit.remove() : edit.insert(root);
}

}  // namespace plumbline::manifests
