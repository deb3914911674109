#include "manifests/wrangler/wrangler_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "manifests/sources/glob.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/wrangler/output_paths.h"

namespace plumbline::manifests {
namespace {

constexpr std::array<std::string_view, 3> kEndings{".json", ".jsonc", ".toml"};
constexpr std::array<std::string_view, 5> kNoConfigs{"example", "sample", "template", "schema", "types"};

}  // namespace

WranglerNames::WranglerNames(std::vector<std::string> named, std::string_view prefix) : named_(std::move(named)) {
  for (std::string& glob : named_) {
    if (glob.contains('/')) glob = path_in(prefix, glob);
  }
}

bool WranglerNames::is_own(std::string_view path) {
  return std::ranges::find(kWranglerNames, file_name(path)) != kWranglerNames.end();
}

bool WranglerNames::means(std::string_view glob, std::string_view path) {
  return glob_matches(glob, glob.contains('/') ? path : file_name(path));
}

bool WranglerNames::is_named(std::string_view path) const {
  return !is_own(path) && std::ranges::any_of(named_, [path](const auto& glob) { return means(glob, path); });
}

bool WranglerNames::is_for_wrangler(std::string_view path) const {
  return is_config(path) || is_wrangler_redirect(path) || is_output_worker(path) || is_output_container(path);
}

bool is_wrangler_redirect(std::string_view path) {
  if (!path.ends_with(kWranglerRedirect)) return false;
  path.remove_suffix(kWranglerRedirect.size());
  return path.empty() || path.ends_with('/');
}

bool may_be_other_config(std::string_view path) {
  const auto name = to_lower(file_name(path));
  const auto holds = [&name](std::string_view word) { return name.contains(word); };
  return name.starts_with("wrangler") && std::ranges::find(kEndings, extension(name)) != kEndings.end() &&
         !WranglerNames::is_own(path) && std::ranges::none_of(kNoConfigs, holds);
}

}  // namespace plumbline::manifests
