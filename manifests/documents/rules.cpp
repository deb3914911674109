#include "manifests/documents/rules.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"

namespace plumbline::manifests {
namespace {

constexpr std::size_t kMaxTagLength = 1024;
constexpr std::size_t kMaxKeyLength = 255;
constexpr std::size_t kMaxWorkflowName = 64;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

bool is_identifier_character(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '$';
}

bool is_key_character(char c) {
  return is_name_character(c) || c == '.';
}

std::optional<int> number_in(std::string_view digits) {
  if (!std::ranges::all_of(digits, is_digit)) return std::nullopt;
  return whole_number<int>(digits);
}

bool is_owner_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_key_character);
}

}  // namespace

std::optional<std::string> empty_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  return std::nullopt;
}

std::optional<std::string> binding_name_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  if (is_digit(text.front()) || !std::ranges::all_of(text, is_identifier_character)) {
    return "is not a name of a binding: it may hold letters, digits, _ and $, and may not begin with a digit";
  }
  return std::nullopt;
}

std::optional<std::string> date_problem(std::string_view text) {
  constexpr std::string_view kForm = "must be a day in the form YYYY-MM-DD";
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::string(kForm);
  const auto year = number_in(text.substr(0, 4));
  const auto month = number_in(text.substr(5, 2));
  const auto day = number_in(text.substr(8, 2));
  if (!year || !month || !day) return std::string(kForm);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return "is a day that does not exist";
  return std::nullopt;
}

std::optional<std::string> tag_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  if (text.starts_with("plumbline=")) return "may not begin with plumbline=, which marks ownership";
  if (text.starts_with("cf:")) return "may not begin with cf:, which is Cloudflare's own";
  if (count_characters(text) > kMaxTagLength) return "may have at most 1024 characters";
  return std::nullopt;
}

std::optional<std::string> pointer_problem(std::string_view text) {
  if (text.empty()) return "may not be empty: that would ignore all settings";
  const auto segments = split_pointer(text);
  if (!segments || segments->front().empty()) return "must be a JSON pointer such as /observability/logs";
  return std::nullopt;
}

std::optional<std::string> secret_key_problem(std::string_view text) {
  if (text.size() > kMaxKeyLength) return "may have at most 255 characters";
  const auto segments = split(text, '/');
  if (segments.size() > 2) return "may have one level of folders at most";
  for (const std::string_view segment : segments) {
    if (segment.empty()) return "may not have an empty segment";
    if (segment.starts_with('.')) return "may not have a segment that begins with a dot";
    if (!std::ranges::all_of(segment, is_key_character)) {
      return "must be a key in a secret store: letters, digits, . _ - and at most one /";
    }
  }
  return std::nullopt;
}

std::optional<std::string> store_name_problem(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_name_character)) {
    return "must be the name of a secret store: letters, digits, - and _";
  }
  return std::nullopt;
}

std::optional<std::string> variable_name_problem(std::string_view text) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (text.empty() || is_digit(text.front()) || !std::ranges::all_of(text, fits)) {
    return "is not a name of a value: it may hold letters, digits and _, and may not begin with a digit";
  }
  return std::nullopt;
}

std::optional<std::string> environment_name_problem(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_name_character)) {
    return "is not a name of an environment: it may hold letters, digits, - and _";
  }
  return std::nullopt;
}

std::optional<std::string> class_name_problem(std::string_view text) {
  if (text.empty() || is_digit(text.front()) || !std::ranges::all_of(text, is_identifier_character)) {
    return "must be the name of a class: it may hold letters, digits, _ and $, and may not begin with a digit";
  }
  return std::nullopt;
}

std::optional<std::string> workflow_name_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  if (text.size() > kMaxWorkflowName) return "may have at most 64 characters";
  if (text.starts_with('-') || !std::ranges::all_of(text, is_name_character)) {
    return "must be the name of a workflow: letters, digits, _ and -, and no - in front";
  }
  return std::nullopt;
}

std::optional<std::string> path_rule_problem(std::string_view text) {
  if (text.starts_with('!')) text.remove_prefix(1);
  if (!text.starts_with('/')) return "must be a path such as /api/*, or ! and a path";
  return std::nullopt;
}

std::optional<std::string> adopt_problem(std::string_view text) {
  if (text == "none" || text == "unowned") return std::nullopt;
  const auto parts = split(text, '/');
  if (parts.size() == 2 && std::ranges::all_of(parts, is_owner_name)) return std::nullopt;
  return "must be none, unowned, or <instance>/<source>";
}

}  // namespace plumbline::manifests
