#include "base/secret_text.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/utf8.h"

namespace plumbline {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = "\r\n\t ";

std::string_view without_last_end_of_line(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  } else if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < 0x20 || letter == '\x7f';
}

bool ends_a_line(char letter) {
  return letter == '\n' || letter == '\r';
}

// A document's lines may be indented.
bool is_odd_in_document(char letter) {
  return is_control(letter) && !ends_a_line(letter) && letter != '\t';
}

std::optional<std::string> problem_of_line(std::string_view value) {
  if (value.find_first_not_of(kBlanks) == std::string_view::npos) return "is empty";
  if (std::ranges::any_of(value, ends_a_line)) return "holds more than one line; it must be a single line";
  if (std::ranges::any_of(value, is_control)) return "holds a control character";
  return std::nullopt;
}

std::optional<std::string> problem_of_value(std::string_view value) {
  if (value.empty()) return "is empty";
  if (value.contains('\0')) return "holds a NUL character; if it is not text, encode it, for instance as base64";
  if (!is_utf8(value)) return "is not UTF-8; if it is not text, encode it, for instance as base64";
  return std::nullopt;
}

std::optional<std::string> problem_of_document(std::string_view value) {
  if (value.find_first_not_of(kBlanks) == std::string_view::npos) return "is empty";
  if (std::ranges::any_of(value, is_odd_in_document)) return "holds a control character";
  return std::nullopt;
}

std::optional<std::string> problem_of(std::string_view value, SecretLines lines) {
  if (value.starts_with(kByteOrderMark)) return "begins with a byte order mark; save it as UTF-8 without one";
  switch (lines) {
    case SecretLines::one:
      return problem_of_line(value);
    case SecretLines::many:
      return problem_of_value(value);
    case SecretLines::whole:
      return problem_of_document(value);
  }
  return std::nullopt;
}

}  // namespace

Result<Secret> secret_from_text(std::string text, SecretLines lines) {
  const std::string_view value = lines == SecretLines::whole ? std::string_view(text) : without_last_end_of_line(text);
  auto problem = problem_of(value, lines);
  Secret secret(value);
  wipe(text);
  if (problem) return fail(std::move(*problem));
  return secret;
}

}  // namespace plumbline
