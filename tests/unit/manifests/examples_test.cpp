#include <doctest/doctest.h>

#include "manifests/worker.h"
#include "support.h"

namespace plumbline::manifests {

TEST_CASE("the examples load without a diagnostic") {
  auto tree = open_folder(PLUMBLINE_SOURCE_DIR "/manifests/examples");
  REQUIRE(tree);
  const auto state = load_manifests(*std::move(tree), {});
  CHECK(test::texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 4);
  CHECK(state.workers[0].name == "calculator");
  CHECK(state.workers[0].modules.size() == 4);
  CHECK(state.workers[0].subdomain);
  CHECK(state.workers[1].name == "hello");
  CHECK(state.workers[1].subdomain);
  CHECK(state.workers[2].name == "legacy");
  CHECK(state.workers[2].syntax == Syntax::service_worker);
  CHECK(state.workers[3].name == "shop");
  CHECK(state.workers[3].secrets.at("SESSION").key == "shop/SESSION");
  for (const auto& worker : state.workers) {
    for (const auto& module : worker.modules) CHECK(read_module(*state.tree, module));
  }
}

}  // namespace plumbline::manifests
