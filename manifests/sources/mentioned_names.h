#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/source_tree.h"

/// Names of Workers that a text says, whether or not it is read as a manifest: a file that ceases to be one, by
/// whichever way, is no sign that somebody wants its Worker gone.
namespace plumbline::manifests {

/// What stands behind each key `name`, in YAML, JSON or TOML, in comments too. Sorted, each once.
std::vector<std::string> mentioned_names(std::string_view text);

/// Whether `path` is called as a manifest that somebody has put away: `w.yaml.off`, `w.yaml~`, `w.bak`,
/// `wrangler.toml.old`.
bool is_put_away(std::string_view path);

/// `text` in ASCII's reading where it is UTF-16 or UTF-32, which put zeros between.
std::string without_zeros(std::string_view text);

}  // namespace plumbline::manifests
