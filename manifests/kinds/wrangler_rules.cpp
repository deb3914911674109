#include "manifests/kinds/wrangler_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/wildcard.h"

namespace plumbline::manifests {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kContentTypes{
    {{"ESModule", "application/javascript+module"},
     {"CommonJS", "application/javascript"},
     {"CompiledWasm", "application/wasm"},
     {"Data", "application/octet-stream"},
     {"Text", "text/plain"},
     {"PythonModule", "text/x-python"},
     {"PythonRequirement", "text/x-python-requirement"}}};

std::vector<WranglerRule> built_in_rules() {
  return {{.type = "Text", .globs = {"**/*.txt", "**/*.html", "**/*.sql"}},
          {.type = "Data", .globs = {"**/*.bin"}},
          {.type = "CompiledWasm", .globs = {"**/*.wasm", "**/*.wasm?module"}}};
}

// One element of a pattern.
struct Element {
  enum class Kind { character, within_name, names };
  Kind kind;
  char character = '\0';
};

std::vector<Element> elements_of(std::string_view pattern) {
  std::vector<Element> out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      out.push_back({Element::Kind::character, pattern[i]});
      continue;
    }
    const std::size_t first = i;
    while (i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
    const bool starts_name = first == 0 || pattern[first - 1] == '/';
    const bool ends_name = i + 1 == pattern.size() || pattern[i + 1] == '/';
    if (i > first && starts_name && ends_name) {
      out.push_back({Element::Kind::names});
      ++i;  // its slash belongs to it
    } else {
      out.push_back({Element::Kind::within_name});
    }
  }
  return out;
}

// All offsets in the path that a prefix of the pattern can reach.
using Reached = std::vector<bool>;

Reached rest_of_name(const Reached& reached, std::string_view path) {
  Reached out = reached;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (out[at] && path[at] != '/') out[at + 1] = true;
  }
  return out;
}

// Any number of whole names, each with its slash; the last one may lack it.
Reached names_from(const Reached& reached, std::string_view path) {
  Reached out = reached;
  bool inside = false;
  for (std::size_t at = 0; at < path.size(); ++at) {
    inside = inside || reached[at];
    if (inside && (path[at] == '/' || at + 1 == path.size())) out[at + 1] = true;
  }
  return out;
}

Reached step(const Reached& reached, const Element& element, std::string_view path) {
  switch (element.kind) {
    case Element::Kind::within_name:
      return rest_of_name(reached, path);
    case Element::Kind::names:
      return names_from(reached, path);
    case Element::Kind::character:
      break;
  }
  Reached out(reached.size(), false);
  for (std::size_t at = 0; at < path.size(); ++at) out[at + 1] = reached[at] && path[at] == element.character;
  return out;
}

using Matches = bool (*)(std::string_view pattern, std::string_view path);

bool any_glob_matches(const WranglerRule& rule, std::string_view path, Matches matches) {
  return std::ranges::any_of(rule.globs, [&](const std::string& glob) { return matches(glob, path); });
}

}  // namespace

WranglerRules complete_rules(std::vector<WranglerRule> written) {
  std::ranges::move(built_in_rules(), std::back_inserter(written));
  WranglerRules out;
  std::set<std::string, std::less<>> complete;
  for (WranglerRule& rule : written) {
    const bool removed = complete.contains(rule.type);
    if (!removed && rule.fallthrough != true) complete.insert(rule.type);
    (removed ? out.removed : out.active).push_back(std::move(rule));
  }
  return out;
}

std::string_view content_type_of_rule(std::string_view type) {
  const auto* const found = std::ranges::find(kContentTypes, type, [](const auto& known) { return known.first; });
  return found == kContentTypes.end() ? std::string_view() : found->second;
}

std::string_view match_rules(const WranglerRules& rules, std::string_view path) {
  for (const WranglerRule& rule : rules.active) {
    if (any_glob_matches(rule, path, wrangler_glob_matches)) return content_type_of_rule(rule.type);
  }
  return {};
}

const WranglerRule* match_removed(const WranglerRules& rules, std::string_view path) {
  const auto found = std::ranges::find_if(
      rules.removed, [&](const WranglerRule& rule) { return any_glob_matches(rule, path, wildcard_matches); });
  return found == rules.removed.end() ? nullptr : &*found;
}

bool wrangler_glob_matches(std::string_view pattern, std::string_view path) {
  Reached reached(path.size() + 1, false);
  reached.front() = true;
  for (const Element& element : elements_of(pattern)) reached = step(reached, element, path);
  return reached.back();
}

}  // namespace plumbline::manifests
