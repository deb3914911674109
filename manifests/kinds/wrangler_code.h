#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/kinds/wrangler_rules.h"

namespace plumbline::manifests {

/// A path as written in a wrangler config, relative to the config's folder.
struct WranglerPath {
  std::string text;
  SourceLocation where;
};

/// An entry of `wasm_modules`, `text_blobs` or `data_blobs`: a service worker sees the file as a binding.
struct WranglerBlob {
  std::string name;
  std::string binding_type;  ///< `wasm_module`, `text_blob`, `data_blob`
  std::string content_type;
  WranglerPath path;
};

/// The part of a wrangler config that is about code.
struct WranglerCode {
  /// How the entry is turned into what is uploaded.
  enum class Build {
    none,    ///< `no_bundle`: unchanged
    bundle,  ///< by wrangler's bundler, which must have run before
    python,  ///< unchanged, plus the packages in `python_modules`
    listed,  ///< a Build Output: unchanged, with the modules of `listed`
  };

  WranglerPath main;  ///< empty: the Worker has only static assets
  std::optional<WranglerPath> base_dir;
  Build build = Build::bundle;
  /// The modules of a Build Output, by their names in its folder `bundle`; without the entry if `finds_modules`.
  struct Listed {
    std::string name;
    std::string content_type;
  };
  std::vector<Listed> listed;
  bool finds_modules = false;  ///< of a Build Output: JavaScript and source maps are modules without being listed
  std::vector<WranglerRule> rules;
  bool find_additional_modules = false;
  bool preserve_file_names = false;
  bool upload_source_maps = false;
  std::vector<std::string> python_excludes;
  std::vector<WranglerBlob> blobs;
  std::string worker;                           ///< wrangler's name for the Worker
  std::optional<SourceLocation> build_command;  ///< of `build.command`
  std::string environment;                      ///< for messages; empty: the top level
};

}  // namespace plumbline::manifests
