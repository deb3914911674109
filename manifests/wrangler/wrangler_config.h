#pragma once

#include <string>
#include <string_view>

#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Whether wrangler would read a file of this name as its configuration.
bool is_wrangler_config(std::string_view file_name);

/// Whether what is located in this file was said in wrangler's words. The config that a redirect leads to may have
/// another name than those that wrangler looks for: `dist/wrangler.prod.json`.
bool is_of_wrangler(std::string_view path);

/// How a wrangler config came to be read.
enum class WranglerOrigin {
  user,      ///< it is the user's own
  redirect,  ///< `.wrangler/deploy/config.json` points at it; a build tool has written it
};

/// Reads `wrangler.toml`, `wrangler.json` or `wrangler.jsonc` as wrangler 4.86 does, for one of its
/// environments (empty: the top level). A function of its arguments alone. What it asks for, but for its
/// code, is in the one Worker of the result; a configuration of Pages has none.
ManifestFile parse_wrangler_config(const std::string& path, std::string_view text, const std::string& environment,
                                   WranglerOrigin origin = WranglerOrigin::user);

/// The path of the configuration that `.wrangler/deploy/config.json` at `path` points at, from the root
/// of the source.
Result<std::string> parse_wrangler_redirect(const std::string& path, std::string_view text);

}  // namespace plumbline::manifests
