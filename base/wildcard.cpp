#include "base/wildcard.h"

#include <optional>

#include "base/utf8.h"

namespace plumbline {

bool cut_equal(std::string_view& pattern, std::string_view& text) {
  const auto character = first_character(text);
  if (first_character(pattern) != character) return false;
  pattern.remove_prefix(character.size());
  text.remove_prefix(character.size());
  return true;
}

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  return wildcard_matches(pattern, text, cut_equal);
}

// It is enough to go back to the last star: what an earlier one could take, the last one can take as well.
bool wildcard_matches(std::string_view pattern, std::string_view text, CutMatching cut_matching) {
  std::optional<std::string_view> behind_star;
  std::string_view retry;
  while (!text.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      retry = text;
    } else if (pattern.empty() || !cut_matching(pattern, text)) {
      if (!behind_star) return false;
      retry.remove_prefix(first_character(retry).size());
      pattern = *behind_star;
      text = retry;
    }
  }
  return pattern.find_first_not_of('*') == std::string_view::npos;
}

}  // namespace plumbline
