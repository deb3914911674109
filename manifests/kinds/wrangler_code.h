#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/kinds/wrangler_rules.h"

namespace plumbline::manifests {

/// A path as a wrangler config writes it, relative to the config's folder.
struct WranglerPath {
  std::string text;
  SourceLocation where;
};

/// An entry of `wasm_modules`, `text_blobs` or `data_blobs`: a file that a service worker sees as a
/// binding.
struct WranglerBlob {
  std::string name;
  std::string binding_type;  ///< `wasm_module`, `text_blob`, `data_blob`
  std::string content_type;
  WranglerPath path;
};

/// What a wrangler config says about code.
struct WranglerCode {
  /// How the entry becomes what is uploaded.
  enum class Build {
    none,    ///< `no_bundle`: as it stands
    bundle,  ///< by wrangler's bundler, which somebody has run before
    python,  ///< as it stands, with the packages in `python_modules`
  };

  WranglerPath main;  ///< no text: the Worker is static assets alone
  std::optional<WranglerPath> base_dir;
  Build build = Build::bundle;
  std::vector<WranglerRule> rules;
  bool find_additional_modules = false;
  bool preserve_file_names = false;
  bool upload_source_maps = false;
  std::vector<std::string> python_excludes;
  std::vector<WranglerBlob> blobs;
  std::string worker;                           ///< its name as wrangler knows it
  std::optional<SourceLocation> build_command;  ///< of `build.command`
  std::string environment;                      ///< for messages; empty: the top level
};

}  // namespace plumbline::manifests
