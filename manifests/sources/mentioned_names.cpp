#include "manifests/sources/mentioned_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "manifests/sources/paths.h"

namespace plumbline::manifests {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// The value behind a key that ends where `text` begins; empty if it is not a key.
std::string_view value_behind(std::string_view text) {
  skip_any(text, "\"'");
  skip_any(text, " \t");
  if (!text.starts_with(':') && !text.starts_with('=')) return {};
  text.remove_prefix(1);
  skip_any(text, " \t\"'");
  const auto* const end = std::ranges::find_if_not(text, is_name_character);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Name endings with which people put a file away.
constexpr std::array<std::string_view, 12> kPutAway{".bak", ".off",   ".old",   ".orig",     ".disabled", ".save",
                                                    ".txt", ".draft", ".jsonc", ".inactive", ".unused",   ".tmp"};

}  // namespace

std::vector<std::string> mentioned_names(std::string_view text) {
  constexpr std::string_view kKey = "name";
  std::vector<std::string> names;
  for (auto at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
    if (at > 0 && is_name_character(text[at - 1])) continue;
    if (const auto value = value_behind(text.substr(at + kKey.size())); !value.empty()) names.emplace_back(value);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

bool is_put_away(std::string_view path) {
  const std::string name = to_lower(file_name(path));
  const bool has_ending = std::ranges::any_of(kPutAway, [&](std::string_view end) { return name.ends_with(end); });
  return has_ending || name.contains(".yaml") || name.contains(".yml") || name.contains(".json") ||
         name.starts_with("wrangler.");
}

std::string without_zeros(std::string_view text) {
  std::string out(text);
  std::erase(out, '\0');
  return out;
}

}  // namespace plumbline::manifests
