#include "manifests/wrangler/output_paths.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kOutput = ".cloudflare/output/";
constexpr std::array<std::string_view, 2> kVersions{"v0", "v1"};
constexpr std::array<std::string_view, 4> kSources{"cloudflare.config.ts", "cloudflare.config.mts",
                                                   "cloudflare.config.js", "cloudflare.config.mjs"};

// The steps of a path behind `.cloudflare/output/`; none if it is not there.
std::vector<std::string_view> steps_in_output(std::string_view path) {
  const std::size_t at = path.rfind(kOutput);
  if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return {};
  return split(path.substr(at + kOutput.size()), '/');
}

bool is_output(std::string_view path, std::string_view kind, std::string_view file) {
  if (!path.ends_with(file)) return false;
  const auto steps = steps_in_output(path);
  return steps.size() == 4 && std::ranges::find(kVersions, steps[0]) != kVersions.end() && steps[1] == kind &&
         steps[3] == file;
}

}  // namespace

bool is_output_worker(std::string_view path) {
  return is_output(path, "workers", "worker.config.json") ||
         (is_output(path, "workers", "config.json") && steps_in_output(path)[0] == "v0");
}

bool is_output_container(std::string_view path) {
  return is_output(path, "containers", "container.config.json");
}

bool is_output_source(std::string_view path) {
  return std::ranges::find(kSources, file_name(path)) != kSources.end();
}

std::string_view project_of_output(std::string_view path) {
  const std::string_view project = path.substr(0, path.rfind(kOutput));
  return project.empty() ? project : project.substr(0, project.size() - 1);
}

std::string root_of_output(std::string_view path) {
  return path_in(folder_of(folder_of(folder_of(path))), "config.json");
}

}  // namespace plumbline::manifests
