#include "manifests/sources/glob.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "base/wildcard.h"

namespace plumbline::manifests {
namespace {

std::string_view cut_first(std::string_view& text) {
  const auto first = first_character(text);
  text.remove_prefix(first.size());
  return first;
}

// The text between the brackets of the set at the front of `pattern`; nothing if the set has no end.
std::optional<std::string_view> set_of(std::string_view pattern) {
  std::size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;  // a bracket that comes first is literal
  while (at < pattern.size() && pattern[at] != ']') at += pattern[at] == '\\' ? 2 : 1;
  if (at >= pattern.size()) return std::nullopt;
  return pattern.substr(1, at - 1);
}

std::string_view cut_member(std::string_view& set) {
  if (set.size() > 1 && set.front() == '\\') set.remove_prefix(1);
  return cut_first(set);
}

// UTF-8 sorts like the characters that it encodes.
bool set_contains(std::string_view set, std::string_view character) {
  const bool negated = set.starts_with('!') || set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  while (!set.empty()) {
    const auto low = cut_member(set);
    auto high = low;
    if (set.size() > 1 && set.front() == '-') {
      set.remove_prefix(1);
      high = cut_member(set);
    }
    found = found || (low <= character && character <= high);
  }
  return found != negated;
}

// Matches the first element of `pattern`, which is not a star, with the first character of `text`; removes both.
bool cut_matching(std::string_view& pattern, std::string_view& text) {
  const auto character = first_character(text);
  std::size_t used = 0;
  bool matches = false;
  if (pattern.front() == '?') {
    used = 1;
    matches = true;
  } else if (const auto set = pattern.front() == '[' ? set_of(pattern) : std::nullopt) {
    used = set->size() + 2;
    matches = set_contains(*set, character);
  } else {
    const std::size_t escape = pattern.front() == '\\' && pattern.size() > 1 ? 1 : 0;
    const auto literal = first_character(pattern.substr(escape));
    used = escape + literal.size();
    matches = literal == character;
  }
  if (!matches) return false;
  pattern.remove_prefix(used);
  text.remove_prefix(character.size());
  return true;
}

// One name against one part of a pattern.
bool name_matches(std::string_view pattern, std::string_view name) {
  return wildcard_matches(pattern, name, cut_matching);
}

// The rest of a path, name by name.
class Names {
 public:
  explicit Names(std::string_view path) : rest_(path), ended_(path.empty()) {}

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] std::string_view front() const { return rest_.substr(0, rest_.find('/')); }
  void next() {
    const auto slash = rest_.find('/');
    ended_ = slash == std::string_view::npos;
    rest_ = ended_ ? std::string_view() : rest_.substr(slash + 1);
  }

 private:
  std::string_view rest_;
  bool ended_;
};

constexpr std::string_view kAnyNames = "**";

}  // namespace

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

// The same way of going back as in wildcard_matches, one level up.
bool glob_matches(std::string_view pattern_text, std::string_view path) {
  Names pattern(pattern_text);
  Names names(path);
  std::optional<Names> behind_any;
  Names retry(path);
  while (!names.ended()) {
    if (!pattern.ended() && pattern.front() == kAnyNames) {
      pattern.next();
      if (pattern.ended()) return true;
      behind_any = pattern;
      retry = names;
    } else if (!pattern.ended() && name_matches(pattern.front(), names.front())) {
      pattern.next();
      names.next();
    } else {
      if (!behind_any) return false;
      retry.next();
      pattern = *behind_any;
      names = retry;
    }
  }
  return pattern.ended();
}

// Tracks all places in the pattern that the folder's names can reach; after one of them some pattern must be left.
bool glob_reaches_below(std::string_view pattern, std::string_view folder) {
  const auto parts = split(pattern, '/');
  std::vector<bool> reached(parts.size() + 1, false);
  reached.front() = true;
  for (Names names(folder); !names.ended(); names.next()) {
    std::vector<bool> next(reached.size(), false);
    for (std::size_t at = 0; at < parts.size(); ++at) {
      if (!reached[at]) continue;
      if (parts[at] == kAnyNames) {
        next[at] = true;
        reached[at + 1] = true;  // it may match no name as well
      } else if (name_matches(parts[at], names.front())) {
        next[at + 1] = true;
      }
    }
    reached = std::move(next);
  }
  return std::find(reached.begin(), reached.end() - 1, true) != reached.end() - 1;
}

}  // namespace plumbline::manifests
