#include "manifests/edit/edit_forms.h"

#include <utility>

namespace plumbline::manifests {
namespace {

/// In brackets and braces: of JSON, of YAML, of TOML.
class FlowEdit {
 public:
  FlowEdit(const EditStep& step, const TreeText& text) : step_(step), parent_(*step.parent), text_(text) {}

  Result<ByteEdits> remove() {
    const auto own = member_span(step_.index);
    if (!own) return std::unexpected(own.error());
    const auto comma = text_.skip_blanks(own->end);
    const bool followed = text_.text().substr(comma).starts_with(',');
    const bool is_last = step_.index + 1 == member_count(parent_);
    ByteEdits edits;
    // Where no comma stands behind the last one, none does behind the one before it.
    if (is_last && !followed && step_.index > 0) {
      const auto before = member_span(step_.index - 1);
      if (!before) return std::unexpected(before.error());
      const auto at = text_.skip_blanks(before->end);
      if (at >= own->begin) return fail("its commas cannot be told apart");
      edits.push_back({{at, at + 1}, {}});
    }
    edits.push_back({whole_lines({own->begin, followed ? comma + 1 : own->end}), {}});
    if (text_.has_comment({own->begin, own->end})) return comment_inside();
    return edits;
  }

  Result<ByteEdits> insert() {
    const Quotes keys = parent_.kind == YamlKind::map ? quotes_of_neighbour(parent_, text_, Of::keys) : Quotes::none;
    const auto made = member_text(step_, text_, keys, quotes_of_neighbour(parent_, text_, Of::values));
    if (!made) return std::unexpected(made.error());
    if (member_count(parent_) == 0) return insert_alone(*made);
    return step_.index == 0 ? insert_first(*made) : insert_behind(*made);
  }

 private:
  [[nodiscard]] Result<Span> member_span(std::size_t index) const {
    const auto begin = member_begin(parent_, index, text_);
    if (!begin) return std::unexpected(begin.error());
    const auto span = value_span(parent_, index, text_);
    if (!span) return span;
    return Span{*begin, span->end};
  }

  // A member that has its lines for itself goes with them, but not with a comment of others.
  [[nodiscard]] Span whole_lines(Span span) const {
    const auto rest = text_.text().substr(span.end, text_.line_end(span.end) - span.end);
    const bool alone = text_.is_first_in_line(span.begin) && rest.find_first_not_of(" \t") == std::string_view::npos;
    if (alone) return {text_.line_begin(span.begin), text_.next_line(span.end)};
    auto end = span.end;
    while (!text_.is_first_in_line(span.begin) && text_.text().substr(end).starts_with(' ')) ++end;
    if (step_.index + 1 == member_count(parent_)) end = span.end;
    auto begin = span.begin;
    const bool last = step_.index + 1 == member_count(parent_) && step_.index > 0;
    while (last && begin > 0 && text_.text()[begin - 1] == ' ') --begin;
    return {begin, end};
  }

  [[nodiscard]] Result<ByteEdits> insert_alone(const std::string& made) const {
    const auto whole = text_.begin_of(parent_);
    if (!whole) return std::unexpected(whole.error());
    const auto close = text_.skip_blanks(*whole + 1);
    if (text_.has_comment({*whole + 1, close})) return comment_inside();
    const bool padded = text_.syntax() == TextSyntax::toml && parent_.kind == YamlKind::map;
    return ByteEdits{{{*whole + 1, close}, padded ? " " + made + " " : made}};
  }

  [[nodiscard]] std::string indentation(std::size_t at) const {
    const auto begin = text_.line_begin(at);
    return std::string(text_.newline(at)) + std::string(text_.text().substr(begin, at - begin));
  }

  [[nodiscard]] Result<ByteEdits> insert_first(const std::string& made) const {
    const auto begin = member_begin(parent_, 0, text_);
    if (!begin) return std::unexpected(begin.error());
    const auto separator = text_.is_first_in_line(*begin) ? indentation(*begin) : " ";
    return ByteEdits{{{*begin, *begin}, made + "," + separator}};
  }

  [[nodiscard]] Result<ByteEdits> insert_behind(const std::string& made) const {
    const auto before = member_span(step_.index - 1);
    if (!before) return std::unexpected(before.error());
    const auto end = before->end;
    if (!text_.is_first_in_line(before->begin)) return ByteEdits{{{end, end}, ", " + made}};
    const auto indent = indentation(before->begin);
    const auto comma = text_.skip_blanks(end);
    const bool followed = text_.text().substr(comma).starts_with(',');
    // A comment at the end of the line belongs to what stands before it.
    const auto line = text_.line_end(followed ? comma : end);
    if (followed) return ByteEdits{{{line, line}, indent + made + ","}};
    if (text_.skip_blanks(end) < line) return ByteEdits{{{end, end}, "," + indent + made}};
    return ByteEdits{{{end, end}, ","}, {{line, line}, indent + made}};
  }

  const EditStep& step_;
  const YamlNode& parent_;
  const TreeText& text_;
};

}  // namespace

Result<ByteEdits> edit_in_braces(const EditStep& step, const TreeText& text) {
  FlowEdit edit(step, text);
  return step.kind == EditStep::Kind::remove ? edit.remove() : edit.insert();
}

}  // namespace plumbline::manifests
