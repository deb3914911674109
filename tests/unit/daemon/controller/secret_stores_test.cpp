#include "daemon/controller/secret_stores.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

TEST_CASE("a key of the environment store is a variable in capitals") {
  const auto store =
      make_environment_store("ci", "WORKER_", Environment::of({{"WORKER_CHECKOUT_API_KEY", "v"}, {"OTHER", "w"}}));
  CHECK(store->read("checkout/api-key")->reveal() == "v");
  const auto missing = store->read("other");
  REQUIRE(!missing);
  CHECK(missing.error().message == "secret store ci: the variable WORKER_OTHER is not set");
}

TEST_CASE("a store that cannot be opened is left out and named") {
  Config config;
  config.secret_stores.emplace("gone", SecretStoreConfig{.name = "gone", .directory = "/no/such/folder"});
  config.secret_stores.emplace("ci", SecretStoreConfig{.name = "ci", .environment_prefix = "X_"});
  const SourceConfig source{.secret_stores = {{"default", "gone"}, {"other", "ci"}}};
  const auto opened = open_stores(source, config, Environment::of({}));
  CHECK(opened.stores.size() == 1);
  CHECK(opened.stores.contains("other"));
  REQUIRE(opened.problems.size() == 1);
  CHECK(opened.problems[0].find("gone") != std::string::npos);
}

}  // namespace
}  // namespace plumbline::daemon
