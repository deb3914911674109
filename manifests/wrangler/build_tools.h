#pragma once

#include <optional>
#include <string_view>

#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// A tool that builds a Worker before wrangler deploys it.
struct BuildTool {
  std::string_view name;
  std::string_view command;
  /// It writes `.wrangler/deploy/config.json`, so that wrangler deploys the config that it made.
  bool leaves_redirect = false;
};

/// The tool of the project in `folder`, by the configuration that lies there: `vite.config.ts`; nothing if there is
/// none.
std::optional<BuildTool> build_tool_of(const SourceTree& tree, std::string_view folder);

}  // namespace plumbline::manifests
