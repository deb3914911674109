#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Decides which files of a folder wrangler uploads as modules, and with which type (workers-sdk,
/// packages/wrangler/src/deployment-bundle/rules.ts and find-additional-modules.ts).
namespace plumbline::manifests {

/// An entry of `rules`.
struct WranglerRule {
  std::string type;  ///< `ESModule`, `CommonJS`, `CompiledWasm`, `Text`, `Data`, `PythonModule`, …
  std::vector<std::string> globs;
  std::optional<bool> fallthrough;

  friend bool operator==(const WranglerRule&, const WranglerRule&) = default;
};

/// The rules in the order in which they are tried. A rule without `fallthrough: true` ends its type: later rules of
/// that type, including built-in ones, are in `removed`.
struct WranglerRules {
  std::vector<WranglerRule> active;
  std::vector<WranglerRule> removed;
};

/// `written`, followed by the built-in rules for text, data and WebAssembly.
WranglerRules complete_rules(std::vector<WranglerRule> written);

/// The API's content type for a type of rule; empty if there is none.
std::string_view content_type_of_rule(std::string_view type);

/// The content type of the first rule that matches `path`, which is relative to the folder of modules; empty if no rule
/// matches.
std::string_view match_rules(const WranglerRules& rules, std::string_view path);

/// The removed rule that matches `path`, about which wrangler complains; nullptr if none does. Here wrangler takes a
/// star for anything, slashes as well.
const WranglerRule* match_removed(const WranglerRules& rules, std::string_view path);

/// wrangler's patterns (glob-to-regexp without its extensions): `*` stays within a name, `**` as a whole name is any
/// number of names; `?`, `[` and `{` are what they are. Takes at most time in proportion to the
/// product of the two lengths.
bool wrangler_glob_matches(std::string_view pattern, std::string_view path);

}  // namespace plumbline::manifests
