#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifests/documents/schema.h"
#include "manifests/kinds/wrangler_code.h"

/// The Workers of a Build Output (see output_paths.h), read as wrangler configs (workers-sdk, packages/config).
namespace plumbline::manifests {

/// How a Build Output calls the bindings of a field of wrangler's config.
struct OutputBinding {
  std::string_view type;
  std::string_view field;  ///< see WranglerKind
};

/// All of them but `text`, `json`, `secret`, `assets` and `unsafe:…`.
std::vector<OutputBinding> output_bindings();

/// The Worker `output` as a wrangler config, with the places of the original. `root` is the document of
/// root_of_output(), or nullptr if there is none. `has_assets` says whether its folder `assets` has files. What
/// is not known is reported, here or by the schema of wrangler configs.
YamlNode as_wrangler_config(const YamlNode& output, const YamlNode* root, bool has_assets, Report& report);

/// Fills in which files of the bundle are uploaded, by `manifest` of the Worker.
void read_output_manifest(const YamlNode& manifest, WranglerCode& code, Report& report);

}  // namespace plumbline::manifests
