#include "manifests/wrangler/wrangler_format.h"

#include <algorithm>
#include <array>
#include <vector>

namespace plumbline::manifests {
namespace {

bool is_word_character(char c) {
  const bool ascii = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  // Any byte beyond ASCII may be part of a name.
  return ascii || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80U;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Words after which a slash begins a regular expression and not a division.
constexpr std::array<std::string_view, 14> kOperators{"return", "typeof", "instanceof", "in", "of",   "new",   "delete",
                                                      "void",   "throw",  "case",       "do", "else", "yield", "await"};

// The tokens of JavaScript, only as fine as needed to tell an export statement from other text.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  /// Returns a word, one punctuator, or `"` for a string, template or regular expression; empty at the end.
  std::string_view next() {
    skip_blanks();
    if (rest_.empty()) return {};
    const std::string_view token = read();
    after_value_ = ends_value(token);
    return token;
  }

 private:
  static bool ends_value(std::string_view token) {
    if (token == ")" || token == "]" || token == "}" || token == "\"") return true;
    return is_word_character(token.front()) && std::ranges::find(kOperators, token) == kOperators.end();
  }

  void skip_blanks() {
    while (!rest_.empty()) {
      if (is_space(rest_.front())) {
        rest_.remove_prefix(1);
      } else if (rest_.starts_with("//") || rest_.starts_with("#!")) {
        skip_to("\n");
      } else if (rest_.starts_with("/*")) {
        rest_.remove_prefix(2);
        skip_to("*/");
      } else {
        return;
      }
    }
  }

  void skip_to(std::string_view end) {
    const auto at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  std::string_view read() {
    const char c = rest_.front();
    if (is_word_character(c)) {
      const auto* const end = std::ranges::find_if_not(rest_, is_word_character);
      return take(static_cast<std::size_t>(end - rest_.begin()));
    }
    if (c == '"' || c == '\'') return skip_quoted(c);
    if (c == '`') return open_template();
    if (c == '/' && !after_value_) return skip_expression();
    if (c == '{' && !templates_.empty()) ++templates_.back();
    if (c == '}' && !templates_.empty() && templates_.back()-- == 0) {
      templates_.pop_back();
      return skip_template();
    }
    return take(1);
  }

  std::string_view take(std::size_t length) {
    const auto token = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return token;
  }

  void skip_escaped() { rest_.remove_prefix(std::min<std::size_t>(2, rest_.size())); }

  std::string_view skip_quoted(char quote) {
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote && rest_.front() != '\n') {
      if (rest_.front() == '\\') {
        skip_escaped();
      } else {
        rest_.remove_prefix(1);
      }
    }
    take(std::min<std::size_t>(1, rest_.size()));
    return "\"";
  }

  std::string_view skip_expression() {
    bool in_class = false;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '\n' && (in_class || rest_.front() != '/')) {
      if (rest_.front() == '\\') {
        skip_escaped();
        continue;
      }
      if (rest_.front() == '[') in_class = true;
      if (rest_.front() == ']') in_class = false;
      rest_.remove_prefix(1);
    }
    take(std::min<std::size_t>(1, rest_.size()));
    return "\"";
  }

  std::string_view open_template() {
    rest_.remove_prefix(1);
    return skip_template();
  }

  // Skips to the template's end, or into its next `${`.
  std::string_view skip_template() {
    while (!rest_.empty()) {
      if (rest_.front() == '\\') {
        skip_escaped();
      } else if (rest_.starts_with("${")) {
        rest_.remove_prefix(2);
        templates_.push_back(0);
        return "(";
      } else {
        const bool end = rest_.front() == '`';
        rest_.remove_prefix(1);
        if (end) break;
      }
    }
    return "\"";
  }

  std::string_view rest_;
  bool after_value_ = false;
  // For each open `${`, how many braces are open inside it.
  std::vector<std::size_t> templates_;
};

// After `export {`: whether a name is exported as `default`.
bool lists_default(Tokens& tokens) {
  std::string_view last;
  for (auto token = tokens.next(); !token.empty(); token = tokens.next()) {
    if (token == "," || token == "}") {
      if (last == "default") return true;
      if (token == "}") return false;
    }
    last = token;
  }
  return false;
}

// After `export`.
bool exports_default(Tokens& tokens) {
  const auto token = tokens.next();
  if (token == "default") return true;
  if (token == "{") return lists_default(tokens);
  if (token != "*") return false;
  return tokens.next() == "as" && tokens.next() == "default";
}

}  // namespace

Syntax guess_syntax(std::string_view javascript) {
  Tokens tokens(javascript);
  std::string_view before;
  for (auto token = tokens.next(); !token.empty(); token = tokens.next()) {
    // After a dot it is the name of a member.
    if (token == "export" && before != "." && exports_default(tokens)) return Syntax::module;
    before = token;
  }
  return Syntax::service_worker;
}

}  // namespace plumbline::manifests
