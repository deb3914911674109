#include "manifests/documents/jsonc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::uint32_t kFirstLead = 0xD800;
constexpr std::uint32_t kFirstTrail = 0xDC00;
constexpr std::uint32_t kLastTrail = 0xDFFF;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20U;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80U) {
    byte(code);
  } else if (code < 0x800U) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000U) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// The reader's position in the text. Columns count characters.
struct Position {
  int line = 1;
  int column = 1;
};

class JsoncReader {
 public:
  JsoncReader(const std::string& file, std::string_view text, YamlLimits limits)
      : file_(file), rest_(text), limits_(limits) {}

  YamlDocument run() {
    YamlNode root;
    if (skip_blanks() && read_value(root, 0) && skip_blanks() && !rest_.empty()) {
      error(position_, "the document ended before this", "a file holds one value");
    }
    document_.root = std::move(root);
    document_.cut_short = !document_.diagnostics.empty();
    return std::move(document_);
  }

 private:
  // Each reading function returns false after it has reported an error.

  bool error(Position at, std::string summary, std::string detail = {}) {
    document_.diagnostics.push_back(
        {.where = {file_, at.line, at.column}, .summary = std::move(summary), .detail = std::move(detail)});
    return false;
  }

  bool unexpected(std::string_view wanted) {
    if (rest_.empty()) return error(position_, fmt::format("the file ended where {} should follow", wanted));
    return error(position_, fmt::format("expected {} here", wanted));
  }

  void advance(std::size_t bytes) {
    for (const char c : rest_.substr(0, bytes)) {
      if (c == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
        ++position_.column;
      }
    }
    rest_.remove_prefix(std::min(bytes, rest_.size()));
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    advance(1);
    return true;
  }

  // Skips white space and comments.
  bool skip_blanks() {
    while (!rest_.empty()) {
      if (is_space(rest_.front())) {
        advance(1);
      } else if (rest_.starts_with("//")) {
        advance(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const auto end = rest_.find("*/", 2);
        if (end == std::string_view::npos) return error(position_, "this comment has no end");
        advance(end + 2);
      } else {
        break;
      }
    }
    return true;
  }

  bool read_value(YamlNode& node, std::size_t depth) {
    node.line = position_.line;
    node.column = position_.column;
    if (rest_.empty()) return unexpected("a value");
    switch (rest_.front()) {
      case '{':
        return enter(depth) && read_object(node, depth + 1);
      case '[':
        return enter(depth) && read_array(node, depth + 1);
      case '"':
        node.kind = YamlKind::scalar;
        node.plain = false;
        return read_string(node.text);
      default:
        return read_literal(node);
    }
  }

  bool enter(std::size_t depth) {
    if (depth < limits_.depth) return true;
    return error(position_, fmt::format("more than {} levels of lists and maps", limits_.depth),
                 "make the document flatter");
  }

  bool read_object(YamlNode& node, std::size_t depth) {
    node.kind = YamlKind::map;
    std::unordered_set<std::string> keys;
    advance(1);
    while (true) {
      if (!skip_blanks()) return false;
      if (take('}')) return true;
      if (!rest_.starts_with('"')) return unexpected("a key in double quotes or }");
      YamlEntry& entry = node.entries.emplace_back();
      if (!read_key(entry.key, keys) || !read_value(entry.value, depth) || !skip_blanks()) return false;
      if (!take(',') && !rest_.starts_with('}')) return unexpected("a comma or }");
    }
  }

  bool read_key(YamlNode& key, std::unordered_set<std::string>& keys) {
    const Position at = position_;
    key = {.kind = YamlKind::scalar, .plain = false, .line = at.line, .column = at.column};
    if (!read_string(key.text)) return false;
    if (!keys.insert(key.text).second) return error(at, "this key occurs twice in one object", "remove one of the two");
    if (!skip_blanks()) return false;
    if (!take(':')) return unexpected("a colon");
    return skip_blanks();
  }

  bool read_array(YamlNode& node, std::size_t depth) {
    node.kind = YamlKind::list;
    advance(1);
    while (true) {
      if (!skip_blanks()) return false;
      if (take(']')) return true;
      if (!read_value(node.items.emplace_back(), depth) || !skip_blanks()) return false;
      if (!take(',') && !rest_.starts_with(']')) return unexpected("a comma or ]");
    }
  }

  bool read_string(std::string& out) {
    const Position start = position_;
    advance(1);
    while (true) {
      const auto end = std::ranges::find_if(rest_, [](char c) { return c == '"' || c == '\\' || is_control(c); });
      const auto length = static_cast<std::size_t>(end - rest_.begin());
      out += rest_.substr(0, length);
      advance(length);
      if (take('"')) return true;
      if (!rest_.starts_with('\\')) {
        return error(rest_.empty() ? start : position_, "this string has no end, or a control character in it",
                     "write \\n for a new line");
      }
      if (!read_escape(out)) return false;
    }
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const Position at = position_;
    if (rest_.substr(1, 1) == "u") return read_unicode(out);
    const auto which = rest_.size() > 1 ? kEscapes.find(rest_[1]) : std::string_view::npos;
    if (which == std::string_view::npos) return error(at, "JSON has no such escape", "write \\\\ for a backslash");
    out += kMeanings[which];
    advance(2);
    return true;
  }

  bool read_unicode(std::string& out) {
    const Position at = position_;
    auto code = take_unit();
    if (code && *code >= kFirstLead && *code < kFirstTrail) {
      const auto trail = take_unit();
      const bool pairs = trail && *trail >= kFirstTrail && *trail <= kLastTrail;
      code = pairs ? std::optional(0x10000U + ((*code - kFirstLead) << 10U) + (*trail - kFirstTrail)) : std::nullopt;
    } else if (code && *code >= kFirstTrail && *code <= kLastTrail) {
      code.reset();
    }
    if (!code) {
      return error(at, "this escape does not stand for a character",
                   "write \\u and four hex digits; pairs need both halves");
    }
    append_utf8(out, *code);
    return true;
  }

  // One `\uXXXX`.
  std::optional<std::uint32_t> take_unit() {
    if (!rest_.starts_with("\\u") || rest_.size() < 6) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char c : rest_.substr(2, 4)) {
      const auto digit = hex_value(c);
      if (!digit) return std::nullopt;
      unit = unit * 16 + *digit;
    }
    advance(6);
    return unit;
  }

  bool read_literal(YamlNode& node) {
    const auto end = std::ranges::find_if(
        rest_, [](char c) { return is_space(c) || std::string_view(",:]}{[\"/").contains(c) || is_control(c); });
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    if (word != "null") {
      if (word != "true" && word != "false" && !is_number(word)) return unexpected("a JSON value");
      node.kind = YamlKind::scalar;
      node.text = word;
      if (is_unrepresentable_number(node)) {
        return error(position_, "this number is too large", "write it as a string");
      }
    }
    advance(word.size());
    return true;
  }

  // RFC 8259, section 6.
  static bool is_number(std::string_view text) {
    const auto digits = [&text] {
      const auto* const end = std::ranges::find_if_not(text, is_digit);
      const auto count = static_cast<std::size_t>(end - text.begin());
      text.remove_prefix(count);
      return count;
    };
    const auto skip = [&text](std::string_view any) {
      const bool found = !text.empty() && any.contains(text.front());
      if (found) text.remove_prefix(1);
      return found;
    };
    skip("-");
    const bool leading_zero = text.starts_with('0');
    const std::size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (skip(".") && digits() == 0) return false;
    if (skip("eE")) {
      skip("+-");
      if (digits() == 0) return false;
    }
    return text.empty();
  }

  const std::string& file_;
  std::string_view rest_;
  YamlLimits limits_;
  Position position_;
  YamlDocument document_;
};

YamlDocument refused(const std::string& file, std::string summary, std::string detail) {
  YamlDocument document{.cut_short = true};
  document.diagnostics.push_back({.where = {file}, .summary = std::move(summary), .detail = std::move(detail)});
  return document;
}

}  // namespace

YamlDocument parse_jsonc(const std::string& file, std::string_view text, YamlLimits limits) {
  if (text.size() > limits.bytes) {
    return refused(file, fmt::format("the file has {} bytes, at most {} are allowed", text.size(), limits.bytes), {});
  }
  if (!is_utf8(text)) {
    return refused(file, "the file is not valid UTF-8", "save it as UTF-8");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return JsoncReader(file, text, limits).run();
}

}  // namespace plumbline::manifests
