#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/source_tree.h"

/// Names of Workers that a text mentions, whether or not it is read as a manifest. A file that stops being a manifest,
/// for whatever reason, does not mean that somebody wants its Worker deleted.
namespace plumbline::manifests {

/// The values of all keys `name`, in YAML, JSON or TOML, also in comments. Sorted, each once.
std::vector<std::string> mentioned_names(std::string_view text);

/// Whether `path` looks like a manifest that somebody renamed to put it away: `w.yaml.off`, `w.yaml~`, `w.bak`,
/// `wrangler.toml.old`.
bool is_put_away(std::string_view path);

/// `text` without the zeros that UTF-16 and UTF-32 put between ASCII characters.
std::string without_zeros(std::string_view text);

}  // namespace plumbline::manifests
