#pragma once

#include <string>
#include <string_view>

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

}  // namespace plumbline::manifests
