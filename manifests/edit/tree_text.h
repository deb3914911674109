#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "manifests/documents/yaml.h"
#include "manifests/edit/text_syntax.h"

namespace plumbline::manifests {

/// Bytes of a text, from `begin` up to `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the nodes of a tree stand in the bytes that it was read from. An error: the place cannot be told for sure.
class TreeText {
 public:
  /// `text` outlives it.
  TreeText(std::string_view text, TextSyntax syntax);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] TextSyntax syntax() const { return syntax_; }

  /// The byte of a line and a column, both from 1, columns in characters.
  [[nodiscard]] Result<std::size_t> offset(int line, int column) const;
  [[nodiscard]] Result<std::size_t> begin_of(const YamlNode& node) const { return offset(node.line, node.column); }

  [[nodiscard]] Result<Span> key_span(const YamlEntry& entry) const;
  /// Without white space and comments around it. Empty behind the colon where YAML has no value there.
  [[nodiscard]] Result<Span> value_span(const YamlEntry& entry) const;
  [[nodiscard]] Result<Span> item_span(const YamlNode& item) const;

  /// Whether a list or map is written in brackets or braces.
  [[nodiscard]] bool is_flow(const YamlNode& node) const;

  // Places in the text.

  [[nodiscard]] std::size_t line_begin(std::size_t at) const;
  /// The end of the line's content: without its `\n` or `\r\n`.
  [[nodiscard]] std::size_t line_end(std::size_t at) const;
  /// Where the next line begins, or the text ends.
  [[nodiscard]] std::size_t next_line(std::size_t at) const;
  /// Whether only white space stands before it in its line.
  [[nodiscard]] bool is_first_in_line(std::size_t at) const;
  /// Behind white space and comments.
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const;
  [[nodiscard]] bool has_comment(Span span) const;
  /// `\n`, or `\r\n` where the line at `at` ends so.
  [[nodiscard]] std::string_view newline(std::size_t at) const;

 private:
  [[nodiscard]] Result<std::size_t> end_of(const YamlNode& node, std::size_t begin) const;
  [[nodiscard]] Result<std::size_t> end_of_scalar(const YamlNode& node, std::size_t begin) const;
  [[nodiscard]] Result<std::size_t> end_of_quoted(std::size_t begin) const;
  [[nodiscard]] Result<std::size_t> end_of_plain(const YamlNode& node, std::size_t begin) const;
  [[nodiscard]] std::size_t end_of_block_scalar(std::size_t begin) const;
  [[nodiscard]] Result<std::size_t> end_of_children(const YamlNode& node, std::size_t begin) const;
  [[nodiscard]] std::size_t end_of_null(std::size_t begin) const;
  [[nodiscard]] std::size_t end_of_comment(std::size_t at) const;
  [[nodiscard]] bool is_yaml() const { return syntax_ == TextSyntax::yaml || syntax_ == TextSyntax::json; }
  [[nodiscard]] char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }

  std::string_view text_;
  TextSyntax syntax_;
  std::vector<std::size_t> lines_;  ///< where each begins
};

}  // namespace plumbline::manifests
