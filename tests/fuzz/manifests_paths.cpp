#include "manifests/sources/paths.h"

#include <algorithm>

#include "base/text.h"
#include "manifests/sources/ignore.h"
#include "tests/fuzz/fuzz.h"

// A folder, a pattern, a path, and the text of an ignore file, one after the other.
namespace plumbline::fuzz {
namespace {

// Every ASCII character of the names as itself; others have no meaning in patterns.
std::string escaped(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' && c > 0) out += '\\';
    out += c;
  }
  return out;
}

bool stays_inside(std::string_view path) {
  const auto names = split(path, '/');
  return std::ranges::none_of(names, [](auto name) { return name.empty() || name == "." || name == ".."; });
}

}  // namespace

void run(std::string_view input) {
  const auto folder = take_line(input);
  const auto pattern = take_line(input);
  const auto path = take_line(input);

  if (const auto resolved = manifests::resolve_path(folder.starts_with('/') ? "a/b" : folder, path)) {
    if (folder.empty()) require(stays_inside(*resolved), "a resolved path never leaves the source");
  }
  if (const auto glob = manifests::resolve_glob("", pattern)) {
    const auto prefix = std::string_view(glob->prefix).substr(0, glob->prefix.rfind('/'));
    require(glob->prefix.empty() || stays_inside(prefix), "a pattern never leaves the source");
  }
  if (stays_inside(path)) require(manifests::glob_matches(escaped(path), path), "an escaped path matches itself");
  (void)manifests::glob_matches(pattern, path);

  manifests::IgnoreRules rules;
  rules.add("", input);
  const bool ignored = rules.ignores(path);
  rules.add("elsewhere", "*");
  if (!path.starts_with("elsewhere/")) {
    require(rules.ignores(path) == ignored, "rules of a folder say nothing about another one");
  }
}

}  // namespace plumbline::fuzz
