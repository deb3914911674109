#include "manifests/edit/edit_forms.h"

#include <string>
#include <string_view>

#include "base/text.h"
#include "manifests/documents/yaml_writer.h"

namespace plumbline::manifests {
namespace {

/// In lines that are indented.
class BlockEdit {
 public:
  BlockEdit(const EditStep& step, const TreeText& text) : step_(step), parent_(*step.parent), text_(text) {}

  Result<ByteEdits> remove() const {
    const auto begin = begin_of(step_.index);
    const auto span = value_span(parent_, step_.index, text_);
    if (!begin || !span) return std::unexpected(begin ? span.error() : begin.error());
    if (text_.is_first_in_line(*begin)) {
      if (text_.has_comment({*begin, span->end})) return comment_inside();
      return ByteEdits{{{text_.line_begin(*begin), text_.next_line(span->end)}, {}}};
    }
    // Behind a dash: what comes next takes its place.
    if (step_.index + 1 == member_count(parent_)) return fail("it stands behind a dash, alone in its list");
    const auto next = begin_of(step_.index + 1);
    if (!next) return std::unexpected(next.error());
    if (text_.has_comment({*begin, *next})) return comment_inside();
    return ByteEdits{{{*begin, *next}, {}}};
  }

  Result<ByteEdits> insert() const {
    if (member_count(parent_) == 0) return fail("nothing stands beside it that shows how it is indented");
    const auto made = member_lines();
    if (step_.index == 0) return insert_before(made);
    const auto begin = begin_of(step_.index - 1);
    const auto span = value_span(parent_, step_.index - 1, text_);
    if (!begin || !span) return std::unexpected(begin ? span.error() : begin.error());
    const auto line = text_.line_end(span->end);
    const auto newline = std::string(text_.newline(span->end));
    return ByteEdits{{{line, line}, newline + indented(made, column(*begin), newline)}};
  }

 private:
  // The key of an entry, the dash of an item.
  [[nodiscard]] Result<std::size_t> begin_of(std::size_t index) const {
    auto begin = member_begin(parent_, index, text_);
    if (!begin || parent_.kind == YamlKind::map) return begin;
    auto dash = *begin;
    while (dash > 0 && std::string_view(" \t\r\n").contains(text_.text()[dash - 1])) --dash;
    if (dash == 0 || text_.text()[dash - 1] != '-') return fail("its dash cannot be found");
    return dash - 1;
  }

  [[nodiscard]] std::size_t column(std::size_t at) const { return at - text_.line_begin(at); }

  // Whether lists and maps beside it stand in brackets and braces.
  [[nodiscard]] bool are_neighbours_flow() const {
    for (auto i = member_count(parent_); i > 0; --i) {
      const auto& value = value_of_member(parent_, i - 1);
      if (value.kind == YamlKind::map || value.kind == YamlKind::list) return text_.is_flow(value);
    }
    return false;
  }

  // Without the newline at the end.
  [[nodiscard]] std::string member_lines() const {
    const bool is_map = parent_.kind == YamlKind::map;
    const bool scalar = !step_.value->is_object() && !step_.value->is_array();
    if (scalar || are_neighbours_flow()) {
      const auto keys = is_map ? quotes_of_neighbour(parent_, text_, Of::keys) : Quotes::none;
      const auto values = is_map ? Quotes::none : quotes_of_neighbour(parent_, text_, Of::values);
      // YAML has a form for every value.
      const auto made = member_text(step_, text_, keys, values).value_or(std::string());
      return is_map ? made : "- " + made;
    }
    auto made = to_yaml(is_map ? Json(JsonObject{{step_.key, *step_.value}}) : Json(JsonArray({*step_.value})));
    made.pop_back();
    return made;
  }

  [[nodiscard]] Result<ByteEdits> insert_before(const std::string& made) const {
    const auto begin = begin_of(0);
    if (!begin) return std::unexpected(begin.error());
    if (!text_.is_first_in_line(*begin)) return fail("it would stand behind a dash");
    const auto line = text_.line_begin(*begin);
    const auto newline = std::string(text_.newline(*begin));
    return ByteEdits{{{line, line}, indented(made, column(*begin), newline) + newline}};
  }

  static std::string indented(const std::string& made, std::size_t indent, const std::string& newline) {
    const std::string pad(indent, ' ');
    return pad + replaced(made, "\n", newline + pad);
  }

  const EditStep& step_;
  const YamlNode& parent_;
  const TreeText& text_;
};

}  // namespace

Result<ByteEdits> edit_in_block(const EditStep& step, const TreeText& text) {
  const BlockEdit edit(step, text);
  return step.kind == EditStep::Kind::remove ? edit.remove() : edit.insert();
}

}  // namespace plumbline::manifests
