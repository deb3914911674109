#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Whose a Worker is, and what may be deleted.
namespace plumbline::testing {

namespace {

using Names = std::vector<std::string>;
using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("sync deletes the Worker of a manifest that is gone, upsert-only and report do not") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  std::filesystem::remove_all(workspace.manifests() / "legacy");
  const auto kept = workspace.simulator().requests_during([&] {
    workspace.apply();
    CHECK(workspace.run_on_manifests("apply", {"--policy", "report", "--yes"}).exit_code == 1);
  });
  CHECK(writes_of(kept).empty());

  const auto requests = workspace.simulator().requests_during([&] {
    const auto finished = workspace.apply({"--policy", "sync"});
    CHECK(finished.out.contains("Plan: 0 to add, 0 to change, 1 to destroy.\n"));
    CHECK(finished.out.contains("no manifest; owned by test/default"));
  });
  CHECK(to_strings(writes_of(requests)) == Calls{"DELETE /workers/scripts/legacy"});
  CHECK(workspace.simulator().worker_names() == Names{"calculator", "hello", "shop"});
}

TEST_CASE("nothing is deleted because of manifests with errors, or when there is none at all") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  std::filesystem::remove_all(workspace.manifests() / "legacy");
  write_file(workspace.manifests() / "bad.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n");
  CHECK(workspace.run_on_manifests("apply", {"--policy", "sync", "--yes"}).exit_code == 1);
  CHECK(workspace.simulator().worker_names() == example_names());

  std::filesystem::remove_all(workspace.manifests());
  std::filesystem::create_directory(workspace.manifests());
  const auto empty = workspace.run_on_manifests("apply", {"--policy", "sync", "--yes"});
  CHECK(empty.exit_code == 1);
  CHECK(empty.err.contains("EmptyDesiredState"));
  CHECK(workspace.simulator().worker_names() == example_names());
}

TEST_CASE("more deletes than the source allows need the digest of that very plan") {
  const Workspace workspace;
  for (int i = 0; i < 6; ++i) write_worker(workspace.manifests(), fmt::format("w{}", i));
  workspace.apply();
  for (int i = 0; i < 4; ++i) {
    for (const auto* ending : {"yaml", "js"}) {
      std::filesystem::remove(workspace.manifests() / fmt::format("w{}.{}", i, ending));
    }
  }
  const auto blocked = workspace.run_on_manifests("apply", {"--policy", "sync", "--yes"});
  CHECK(blocked.exit_code == 1);
  CHECK(blocked.err.contains("ThresholdExceeded"));
  CHECK(workspace.simulator().worker_names().size() == 6);

  const auto digest = std::string(string_member(workspace.plan({"--policy", "sync"}), "digest"));
  CHECK(blocked.err.contains("--digest " + digest));
  workspace.apply({"--policy", "sync", "--digest", digest});
  CHECK(workspace.simulator().worker_names() == Names{"w4", "w5"});
}

TEST_CASE("a Worker of somebody else is never touched unless the manifest adopts it") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "mine");
  write_worker(workspace.manifests(), "theirs");
  workspace.apply({"--instance", "other"});
  const auto before = workspace.simulator().worker("theirs");

  const auto finished = workspace.run_on_manifests("apply", {"--policy", "sync", "--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(
      finished.err.contains("worker.theirs: blocked (OwnershipConflict): the live Worker belongs to other/default; "
                            "to go on: write `adopt: other/default` under metadata to take it over"));
  CHECK(workspace.simulator().worker("theirs") == before);

  for (const auto* ending : {"mine.yaml", "theirs.yaml"}) std::filesystem::remove(workspace.manifests() / ending);
  write_worker(workspace.manifests(), "new");
  workspace.apply({"--policy", "sync"});
  CHECK(workspace.simulator().worker_names() == Names{"mine", "new", "theirs"});
  CHECK(workspace.simulator().worker("theirs") == before);
}

TEST_CASE("a Worker that nobody owns is taken over only where the manifest says so, in one call without a version") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "site");
  workspace.apply();
  workspace.simulator().edit("site", "set-setting", "tags", JsonArray());
  workspace.forget_journal();
  const auto refused = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.contains("write `adopt: unowned` under metadata to take it over, or run `plumbline adopt site`"));

  replace_in_file(workspace.manifests() / "site.yaml", "  name: site\n", "  name: site\n  adopt: unowned\n");
  const auto requests = workspace.simulator().requests_during([&] {
    const auto finished = workspace.apply();
    CHECK(finished.out.contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.\n"));
  });
  CHECK(to_strings(writes_of(requests)) == Calls{"PATCH /workers/scripts/site/script-settings"});
  CHECK(workspace.simulator().worker("site").at("versions").as_array().size() == 1);
}

}  // namespace plumbline::testing
