#include "daemon/controller/source_load.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

manifests::DesiredWorker worker(std::string name) {
  manifests::DesiredWorker worker;
  worker.name = std::move(name);
  worker.settings = {{"compatibility_date", "2026-01-01"}};
  return worker;
}

manifests::DesiredState state_of(manifests::DesiredWorker worker) {
  manifests::DesiredState state;
  state.revision = "folder";
  state.workers.push_back(std::move(worker));
  state.manifest_files = 1;
  return state;
}

manifests::DesiredState state_with(std::string name) {
  return state_of(worker(std::move(name)));
}

TEST_CASE("a folder that asks for the same is the same, and for anything else is another") {
  const auto digest = digest_of(state_with("a"));
  CHECK(digest_of(state_with("a")) == digest);
  CHECK(digest_of(state_with("b")) != digest);
  auto changed = worker("a");
  changed.settings["logpush"] = true;
  CHECK(digest_of(state_of(changed)) != digest);
  changed = worker("a");
  changed.modules.push_back({"index.js", "index.js", "application/javascript+module", "ab", 2});
  CHECK(digest_of(state_of(changed)) != digest);
  changed = worker("a");
  changed.secrets.emplace("KEY", manifests::SecretReference{"default", "k", {}});
  CHECK(digest_of(state_of(changed)) != digest);
  changed = worker("a");
  changed.prune = false;
  CHECK(digest_of(state_of(changed)) != digest);
  auto broken = state_with("a");
  broken.diagnostics.push_back({.summary = "broken"});
  CHECK(digest_of(broken) != digest);
}

TEST_CASE("a folder whose static assets changed asks for something else") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "public");
  const auto digest = [&folder](const std::string& page) {
    std::ofstream(folder.path() / "public/index.html") << page;
    auto serving = worker("a");
    serving.assets = manifests::DesiredAssets{.directory = "public", .binding = {}, .config = {}, .where = {}};
    auto state = state_of(serving);
    state.tree = manifests::open_folder(folder.path().string()).value();
    return digest_of(state);
  };
  CHECK(digest("one") == digest("one"));
  CHECK(digest("one") != digest("two"));
}

TEST_CASE("names of a source include those of manifests with errors") {
  auto state = state_with("a");
  state.broken_names.emplace_back("b");
  CHECK(names_of(state) == std::set<std::string>{"a", "b"});
}

}  // namespace
}  // namespace plumbline::daemon
