#include "manifests/wrangler/build_tools.h"

#include <algorithm>
#include <array>

#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

struct KnownTool {
  std::string_view config;  // how the name of its configuration begins
  BuildTool tool;
};

// Frameworks come first: most of them have a configuration of Vite as well. What each leaves behind is in the guides of
// https://developers.cloudflare.com/workers/framework-guides/ and of its own Cloudflare adapter.
constexpr std::array kKnownTools{
    KnownTool{"open-next.config.", {"OpenNext", "npx opennextjs-cloudflare build"}},
    KnownTool{"next.config.", {"Next.js", "npx opennextjs-cloudflare build"}},
    KnownTool{"astro.config.", {"Astro", "npx astro build"}},
    KnownTool{"svelte.config.", {"SvelteKit", "npx vite build"}},
    KnownTool{"nuxt.config.", {"Nuxt", "npx nuxt build"}},
    KnownTool{"react-router.config.", {"React Router", "npx react-router build", true}},
    KnownTool{"vite.config.", {"Vite", "npx vite build", true}},
};

}  // namespace

std::optional<BuildTool> build_tool_of(const SourceTree& tree, std::string_view folder) {
  const auto is_there = [&](const KnownTool& known) {
    return !items_below(tree.entries(), path_in(folder, known.config)).empty();
  };
  const auto* const found = std::ranges::find_if(kKnownTools, is_there);
  if (found == kKnownTools.end()) return std::nullopt;
  return found->tool;
}

}  // namespace plumbline::manifests
