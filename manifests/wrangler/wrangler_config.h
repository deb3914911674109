#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Why a wrangler config is read.
enum class WranglerOrigin {
  user,      ///< the user wrote it
  redirect,  ///< `.wrangler/deploy/config.json` points at it; a build tool wrote it
  output,    ///< it is a Worker of a Build Output
};

/// Reads `wrangler.toml`, `wrangler.json` or `wrangler.jsonc` as wrangler 4.164 does, for one of its environments
/// (empty: the top level). The result depends only on the arguments. Its one Worker holds everything that the config
/// asks for, except the code; a configuration of Pages has no Worker.
ManifestFile parse_wrangler_config(const std::string& path, std::string_view text, const std::string& environment,
                                   WranglerOrigin origin = WranglerOrigin::user);

/// What belongs to the file of a Worker of a Build Output.
struct OutputContext {
  std::string root_path;
  std::optional<std::string> root;  ///< the text of `root_path`; nothing if there is no such file
  bool has_assets = false;          ///< whether the Worker's folder `assets` has files
};

/// Reads a Worker of a Build Output (see output_paths.h), as parse_wrangler_config() reads what wrangler would deploy
/// of the project that it was built from.
ManifestFile parse_build_output(const std::string& path, std::string_view text, const std::string& environment,
                                const OutputContext& context);

/// The path, from the root of the source, of the configuration that the `.wrangler/deploy/config.json` at `path` points
/// at. The error says what is wrong with the file.
Result<std::string> parse_wrangler_redirect(const std::string& path, std::string_view text);

}  // namespace plumbline::manifests
