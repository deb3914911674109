#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifests/documents/schema.h"
#include "manifests/kinds/wrangler_code.h"

/// Build Output: what `cf build`, Vite's plugin and `wrangler build` of 4.164 leave below `.cloudflare/output` for
/// whoever deploys it (workers-sdk, packages/build-output-utils and packages/config). v1 is
///
///     v1/config.json                         account and how it was built
///     v1/workers/NAME/worker.config.json     a Worker, with names in camel case
///     v1/workers/NAME/bundle/, assets/       its modules, its static assets
///     v1/containers/NAME/container.config.json
///
/// v0 is the same with the account at the top of config.json; its older form calls a Worker's file config.json.
namespace plumbline::manifests {

/// Whether `path` describes a Worker of a Build Output.
bool is_output_worker(std::string_view path);

/// Whether `path` describes a container of a Build Output.
bool is_output_container(std::string_view path);

/// Whether `path` is the file from which a project makes its Build Output. It is a program, so only a build can read
/// it.
bool is_output_source(std::string_view path);

/// The folder of the project that the Worker's file at `path` was built from.
std::string_view project_of_output(std::string_view path);

/// The path of the config.json that belongs to the Worker's file at `path`.
std::string root_of_output(std::string_view path);

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
