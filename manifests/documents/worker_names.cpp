#include "manifests/documents/worker_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

using NameProblem = std::optional<std::string_view>;

constexpr std::size_t kLongestName = 63;

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_of_name(char c) {
  return is_capital(c) || is_small(c) || is_digit(c) || c == '_' || c == '-';
}

// What both rules refuse, whatever its length.
NameProblem common_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  if (!std::ranges::all_of(text, is_of_name)) return "may hold only letters, digits, - and _";
  if (text.starts_with('-')) return "may not begin with -";
  return std::nullopt;
}

// What else the API's documentation refuses.
NameProblem documented_problem(std::string_view text) {
  if (!is_capital(text.front()) && !is_small(text.front())) return "must begin with a letter";
  if (text.ends_with('-') || text.ends_with('_')) return "must end in a letter or digit";
  return std::nullopt;
}

// What else wrangler refuses.
NameProblem capitals_problem(std::string_view text) {
  if (std::ranges::any_of(text, is_capital)) return "may hold no capital letters";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> worker_name_problem(std::string_view text) {
  if (const auto problem = common_problem(text)) return std::string(*problem);
  if (text.size() > kLongestName) return "may have at most 63 characters";
  if (!documented_problem(text) || !capitals_problem(text)) return std::nullopt;
  return "may hold capital letters only if it begins with a letter and ends in a letter or digit";
}

std::optional<std::string> wrangler_name_problem(std::string_view text) {
  if (const auto problem = common_problem(text)) return std::string(*problem);
  if (const auto problem = capitals_problem(text)) return std::string(*problem);
  return std::nullopt;
}

std::optional<std::string> worker_name_doubt(std::string_view text) {
  if (worker_name_problem(text)) return std::nullopt;
  if (const auto problem = capitals_problem(text)) {
    return fmt::format("wrangler does not allow this name: it {}", *problem);
  }
  if (const auto problem = documented_problem(text)) {
    return fmt::format("the API's documentation does not allow this name: it {}", *problem);
  }
  return std::nullopt;
}

}  // namespace plumbline::manifests
