#include "manifests/edit/tree_text.h"

#include <algorithm>
#include <array>
#include <string>

namespace plumbline::manifests {
namespace {

constexpr std::string_view kTextMark = "\xEF\xBB\xBF";
constexpr std::string_view kTextBlank = " \t\r\n";

bool is_text_blank(char c) {
  return kTextBlank.contains(c);
}

std::unexpected<Error> lost() {
  return fail("its place in the file cannot be told for sure");
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

TreeText::TreeText(std::string_view text, TextSyntax syntax) : text_(text), syntax_(syntax) {
  lines_.push_back(text.starts_with(kTextMark) ? kTextMark.size() : 0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') lines_.push_back(i + 1);
  }
}

Result<std::size_t> TreeText::offset(int line, int column) const {
  if (line < 1 || column < 1 || static_cast<std::size_t>(line) > lines_.size()) return lost();
  auto place = lines_[static_cast<std::size_t>(line) - 1];
  for (int i = 1; i < column; ++i) {
    if (place >= text_.size() || text_[place] == '\n') return lost();
    ++place;
    while (place < text_.size() && continues(text_[place])) ++place;
  }
  return place;
}

std::size_t TreeText::line_begin(std::size_t place) const {
  const auto next = std::ranges::upper_bound(lines_, place);
  return next == lines_.begin() ? 0 : *std::prev(next);
}

std::size_t TreeText::line_end(std::size_t place) const {
  auto end = std::min(text_.find('\n', place), text_.size());
  if (end > place && text_[end - 1] == '\r') --end;
  return end;
}

std::size_t TreeText::next_line(std::size_t place) const {
  const auto end = text_.find('\n', place);
  return end == std::string_view::npos ? text_.size() : end + 1;
}

bool TreeText::is_first_in_line(std::size_t place) const {
  const auto begin = line_begin(place);
  return std::ranges::all_of(text_.substr(begin, place - begin), is_text_blank);
}

std::string_view TreeText::newline(std::size_t place) const {
  const auto end = text_.find('\n', place);
  if (end == std::string_view::npos) {
    const auto before = text_.rfind('\n');
    const bool crlf = before != std::string_view::npos && before > 0 && text_[before - 1] == '\r';
    return crlf ? "\r\n" : "\n";
  }
  return end > 0 && text_[end - 1] == '\r' ? "\r\n" : "\n";
}

// Where the comment that begins here ends; the same place if none does.
std::size_t TreeText::end_of_comment(std::size_t place) const {
  const auto rest = text_.substr(place);
  if (syntax_ == TextSyntax::jsonc) {
    if (rest.starts_with("//")) return line_end(place);
    if (!rest.starts_with("/*")) return place;
    const auto end = text_.find("*/", place + 2);
    return end == std::string_view::npos ? text_.size() : end + 2;
  }
  if (!rest.starts_with('#')) return place;
  // In YAML white space stands before it, or it is part of a text.
  const bool begins = syntax_ == TextSyntax::toml || place == 0 || std::string_view(" \t\n").contains(text_[place - 1]);
  return begins ? line_end(place) : place;
}

std::size_t TreeText::skip_blanks(std::size_t place) const {
  while (place < text_.size()) {
    const auto behind = is_text_blank(text_[place]) ? place + 1 : end_of_comment(place);
    if (behind == place) break;
    place = behind;
  }
  return place;
}

bool TreeText::has_comment(Span span) const {
  for (auto place = span.begin; place < span.end; ++place) {
    const char c = text_[place];
    if (c == '"' || c == '\'') {
      const auto end = end_of_quoted(place);
      if (end && *end > place) place = *end - 1;
    } else if (end_of_comment(place) != place) {
      return true;
    }
  }
  return false;
}

bool TreeText::is_flow(const YamlNode& node) const {
  if (node.kind != YamlKind::list && node.kind != YamlKind::map) return false;
  const auto begin = begin_of(node);
  if (!begin) return false;
  if (at(*begin) != (node.kind == YamlKind::list ? '[' : '{')) return false;
  // A list of tables begins with a header.
  const bool of_tables = syntax_ == TextSyntax::toml && is_first_in_line(*begin) && !node.items.empty() &&
                         node.items.front().kind == YamlKind::map && !is_flow(node.items.front());
  return !of_tables;
}

Result<std::size_t> TreeText::end_of_quoted(std::size_t begin) const {
  const char quote = at(begin);
  const auto triple = std::string(3, quote);
  if (syntax_ == TextSyntax::toml && text_.substr(begin).starts_with(triple)) {
    auto end = text_.find(triple, begin + 3);
    while (end != std::string_view::npos && quote == '"' && text_[end - 1] == '\\') end = text_.find(triple, end + 1);
    if (end == std::string_view::npos) return lost();
    // Up to two more quotes belong to the text.
    end += 3;
    while (at(end) == quote) ++end;
    return end;
  }
  for (auto place = begin + 1; place < text_.size(); ++place) {
    if (quote == '"' && text_[place] == '\\') {
      ++place;
    } else if (text_[place] == quote) {
      const bool doubled = quote == '\'' && is_yaml() && at(place + 1) == quote;
      if (!doubled) return place + 1;
      ++place;
    }
  }
  return lost();
}

// A plain text of YAML may go on in further lines, whose breaks it holds as blanks.
Result<std::size_t> TreeText::end_of_plain(const YamlNode& node, std::size_t begin) const {
  if (!is_yaml()) {
    const auto end = text_.find_first_of(",]}#/ \t\r\n", begin);
    return std::min(end, text_.size());
  }
  auto place = begin;
  for (std::size_t i = 0; i < node.text.size(); ++i) {
    const char wanted = node.text[i];
    if (at(place) == wanted && !is_text_blank(wanted)) {
      ++place;
      continue;
    }
    if (!is_text_blank(wanted) || !is_text_blank(at(place))) return lost();
    while (place < text_.size() && is_text_blank(text_[place])) ++place;
    while (i + 1 < node.text.size() && is_text_blank(node.text[i + 1])) ++i;
  }
  return place;
}

// `|` or `>`: all lines that are indented more than the key or the dash before it.
std::size_t TreeText::end_of_block_scalar(std::size_t begin) const {
  const auto indent_of = [this](std::size_t line, std::string_view of) {
    const auto found = text_.find_first_not_of(of, line);
    return std::min(found, text_.size()) - line;
  };
  const auto first = line_begin(begin);
  const auto dashes = std::min(indent_of(first, " -"), begin - first);
  // Behind a dash alone the text is indented more than that dash, behind a key more than the key.
  const auto outer = first + dashes == begin ? indent_of(first, " ") : dashes;
  auto end = line_end(begin);
  for (auto line = next_line(begin); line < text_.size(); line = next_line(line)) {
    const auto content = text_.substr(line, line_end(line) - line);
    if (std::ranges::all_of(content, is_text_blank)) continue;
    if (indent_of(line, " ") <= outer) break;
    end = line_end(line);
  }
  return end;
}

Result<std::size_t> TreeText::end_of_scalar(const YamlNode& node, std::size_t begin) const {
  const char first = at(begin);
  if (node.plain) return end_of_plain(node, begin);
  if (first == '"' || first == '\'') return end_of_quoted(begin);
  if (is_yaml() && (first == '|' || first == '>')) return end_of_block_scalar(begin);
  // Keys of TOML need no quotes.
  if (syntax_ == TextSyntax::toml && text_.substr(begin).starts_with(node.text)) return begin + node.text.size();
  return lost();
}

Result<std::size_t> TreeText::end_of_children(const YamlNode& node, std::size_t begin) const {
  const bool flow = is_flow(node);
  auto end = flow ? begin + 1 : begin;
  if (!node.items.empty()) {
    const auto last = item_span(node.items.back());
    if (!last) return std::unexpected(last.error());
    end = last->end;
  }
  if (!node.entries.empty()) {
    const auto last = value_span(node.entries.back());
    if (!last) return std::unexpected(last.error());
    end = last->end;
  }
  if (!flow) return end;
  end = skip_blanks(end);
  if (at(end) == ',') end = skip_blanks(end + 1);
  if (at(end) != (node.kind == YamlKind::list ? ']' : '}')) return lost();
  return end + 1;
}

// The same place if no null is written there.
std::size_t TreeText::end_of_null(std::size_t begin) const {
  constexpr std::array<std::string_view, 4> kNulls{"~", "null", "Null", "NULL"};
  for (const auto word : kNulls) {
    if (!text_.substr(begin).starts_with(word)) continue;
    const char next = at(begin + word.size());
    if (next == '\0' || is_text_blank(next) || std::string_view(",]}/").contains(next)) return begin + word.size();
  }
  return begin;
}

Result<std::size_t> TreeText::end_of(const YamlNode& node, std::size_t begin) const {
  switch (node.kind) {
    case YamlKind::null: {
      const auto end = end_of_null(begin);
      if (end > begin) return end;
      return lost();
    }
    case YamlKind::scalar:
      return end_of_scalar(node, begin);
    default:
      return end_of_children(node, begin);
  }
}

Result<Span> TreeText::key_span(const YamlEntry& entry) const {
  const auto begin = begin_of(entry.key);
  if (!begin) return std::unexpected(begin.error());
  const auto end = end_of_scalar(entry.key, *begin);
  if (!end) return std::unexpected(end.error());
  return Span{*begin, *end};
}

Result<Span> TreeText::value_span(const YamlEntry& entry) const {
  const bool at_key = entry.value.line == entry.key.line && entry.value.column == entry.key.column;
  if (entry.value.kind != YamlKind::null || !at_key) return item_span(entry.value);
  const auto key = key_span(entry);
  if (!key) return key;
  const auto colon = skip_blanks(key->end);
  if (at(colon) != ':') return lost();
  // A null that is written has the place of its key as well.
  const auto written = skip_blanks(colon + 1);
  const auto end = end_of_null(written);
  return end > written ? Span{written, end} : Span{colon + 1, colon + 1};
}

Result<Span> TreeText::item_span(const YamlNode& item) const {
  const auto begin = begin_of(item);
  if (!begin) return std::unexpected(begin.error());
  const auto end = end_of(item, *begin);
  if (!end) return std::unexpected(end.error());
  return Span{*begin, *end};
}

}  // namespace plumbline::manifests
