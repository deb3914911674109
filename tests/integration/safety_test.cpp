#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What happens to sources, and must not take a Worker away.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

constexpr int kWorkers = 8;

fs::path manifest(const Workspace& workspace, int number) {
  return workspace.manifests() / fmt::format("w{}.yaml", number);
}

void remove_worker(const Workspace& workspace, int number) {
  fs::remove(manifest(workspace, number));
  fs::remove(workspace.manifests() / fmt::format("w{}.js", number));
}

struct Stage {
  Stage() {
    for (int i = 0; i < kWorkers; ++i) write_worker(workspace.manifests(), fmt::format("w{}", i));
    workspace.apply();
  }

  Workspace workspace;
};

struct Mishap {
  std::string_view what;
  std::function<void(const Workspace&)> happen;
  std::string_view told;  ///< of the output of an apply
};

std::vector<Mishap> mishaps() {
  return {
      {"the source turns empty",
       [](const Workspace& workspace) {
         for (int i = 0; i < kWorkers; ++i) remove_worker(workspace, i);
       },
       "EmptyDesiredState"},
      {"half of its files are gone",
       [](const Workspace& workspace) {
         for (int i = 0; i < kWorkers / 2; ++i) remove_worker(workspace, i);
       },
       "ThresholdExceeded"},
      {"a version of the API that is none",
       [](const Workspace& workspace) {
         replace_in_file(manifest(workspace, 0), "plumbline.dev/v1beta1", "plumbline.dev/v1beta");
       },
       "manifests/w0.yaml:1:13: error"},
      {"a manifest that does not look like one any more",
       [](const Workspace& workspace) {
         replace_in_file(manifest(workspace, 0), "plumbline.dev/v1beta1", "plumblin.dev/v1beta1");
         replace_in_file(manifest(workspace, 0), "kind: Worker", "kind: Wroker");
       },
       "ManifestVanished"},
      {"a manifest that is ignored from now on",
       [](const Workspace& workspace) { write_file(workspace.manifests() / ".plumblineignore", "w0.*\n"); },
       "ManifestVanished"},
      {"a manifest that is emptied", [](const Workspace& workspace) { write_file(manifest(workspace, 0), ""); },
       "ManifestVanished"},
      {"a manifest that is commented out",
       [](const Workspace& workspace) {
         std::string text = "# " + read_file(manifest(workspace, 0));
         for (auto at = text.find('\n'); at + 1 < text.size(); at = text.find('\n', at + 1)) text.insert(at + 1, "# ");
         write_file(manifest(workspace, 0), text);
       },
       "ManifestVanished"},
      {"a manifest that is a comment in a file with another one",
       [](const Workspace& workspace) {
         const auto other = read_file(manifest(workspace, 1));
         fs::remove(manifest(workspace, 1));
         write_file(manifest(workspace, 0), other + "---\n# kind: Worker\n# metadata:\n#   name: w0\n");
       },
       "ManifestVanished"},
      {"a manifest that becomes a link",
       [](const Workspace& workspace) {
         fs::rename(manifest(workspace, 0), workspace.folder() / "w0.yaml");
         fs::create_symlink(workspace.folder() / "w0.yaml", manifest(workspace, 0));
       },
       "ManifestVanished"},
      {"a manifest that becomes a folder",
       [](const Workspace& workspace) {
         fs::remove(manifest(workspace, 0));
         write_file(manifest(workspace, 0) / "readme.md", "x");
       },
       "ManifestVanished"},
      {"a manifest that is saved as UTF-16",
       [](const Workspace& workspace) {
         std::string wide = "\xff\xfe";
         for (const char c : read_file(manifest(workspace, 0))) wide += std::string{c, '\0'};
         write_file(manifest(workspace, 0), wide);
       },
       "ManifestVanished"},
      {"a manifest that becomes a pointer of Git LFS",
       [](const Workspace& workspace) {
         write_file(manifest(workspace, 0),
                    "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, '0') + "\nsize 120\n");
       },
       "ManifestVanished"},
      {"a manifest that git-crypt has encrypted",
       [](const Workspace& workspace) {
         write_file(manifest(workspace, 0), std::string("\0GITCRYPT\0", 10) + "\x01\x02\x03 x");
       },
       "ManifestVanished"},
      {"a manifest that is put away under another ending",
       [](const Workspace& workspace) { fs::rename(manifest(workspace, 0), workspace.manifests() / "w0.yaml.off"); },
       "ManifestVanished"},
      {"a manifest that moves to a folder which is left out",
       [](const Workspace& workspace) {
         write_file(workspace.manifests() / ".plumblineignore", "archive/\n");
         fs::create_directory(workspace.manifests() / "archive");
         fs::rename(manifest(workspace, 0), workspace.manifests() / "archive/w0.yaml");
       },
       "ManifestVanished"},
      {"a manifest that is no YAML",
       [](const Workspace& workspace) {
         write_file(manifest(workspace, 0), "apiVersion: plumbline.dev/v1beta1\nx: [");
       },
       "manifests/w0.yaml:2:"},
      {"a manifest that is cut short before its name",
       [](const Workspace& workspace) {
         write_file(manifest(workspace, 0), "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata:\n");
       },
       "manifests/w0.yaml:"},
      {"a manifest is gone, and a link out of the source may be it",
       [](const Workspace& workspace) {
         remove_worker(workspace, 0);
         fs::create_symlink("/elsewhere/w0.yaml", workspace.manifests() / "moved.yaml");
       },
       "\"manifests/moved.yaml\" is a symbolic link, which is never followed, and a manifest may be behind it"},
      {"another manifest has an error, this one is gone",
       [](const Workspace& workspace) {
         remove_worker(workspace, 0);
         replace_in_file(manifest(workspace, 1), "kind: Worker", "kind: Worker\nspeck: {}");
       },
       "Nothing is deleted until the whole source can be read"},
  };
}

void check_nothing_is_deleted(const Workspace& workspace, const std::vector<std::string>& arguments,
                              std::string_view told) {
  const auto applied = workspace.run(arguments);
  CHECK(applied.exit_code == 1);
  const std::string said = applied.out + applied.err;
  CHECK_MESSAGE(said.contains(told), said);
  CHECK(workspace.simulator().worker_names().size() == kWorkers);
}

std::vector<std::string> sync_of(const Workspace& workspace) {
  return {"apply", workspace.manifests().string(), "--instance", "test", "--policy", "sync", "--yes"};
}

/// Two sources of one account, each a folder.
class TwoSources {
 public:
  TwoSources() {
    write_worker(folder("one"), "shop");
    write_worker(folder("one"), "cart");
    write_worker(folder("two"), "blog");
    write_file(configuration(), fmt::format(R"(apiVersion: plumbline.dev/v1beta1
kind: Config
instance: test
journal: {{path: {0}/journal.db}}
accounts:
  main:
    account_id: {1}
    api_token: {{file: {2}}}
    api_base_url: {3}
sources:
  one: {{repository: {0}/one, account: main, policy: sync}}
  two: {{repository: {0}/two, account: main, policy: sync}}
)",
                                            workspace_.folder().string(), workspace_.simulator().account_id(),
                                            workspace_.token_file().string(), workspace_.simulator().api_base_url()));
    apply("one");
    apply("two");
  }

  [[nodiscard]] fs::path folder(std::string_view source) const { return workspace_.folder() / source; }
  [[nodiscard]] std::vector<std::string> names() const { return workspace_.simulator().worker_names(); }

  Finished apply(const std::string& source) {
    auto finished = workspace_.run({"apply", "--config", configuration().string(), "--source", source, "--yes"});
    CHECK_MESSAGE(finished.exit_code == 0, std::string(finished.out + finished.err));
    return finished;
  }

 private:
  [[nodiscard]] fs::path configuration() const { return workspace_.folder() / "plumbline.yaml"; }

  Workspace workspace_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("whatever happens to a source, nothing is deleted, and what happened is told") {
  for (const auto& mishap : mishaps()) {
    CAPTURE(mishap.what);
    const Stage stage;
    mishap.happen(stage.workspace);
    check_nothing_is_deleted(stage.workspace, sync_of(stage.workspace), mishap.told);
    stage.workspace.forget_journal();
    check_nothing_is_deleted(stage.workspace, sync_of(stage.workspace), mishap.told);
  }
}

TEST_CASE("a repository that cannot be fetched deletes nothing") {
  const Stage stage;
  const std::vector<std::string> arguments{
      "apply", "--repository", "https://127.0.0.1:1/workers.git", "--ref", "main", "--instance", "test", "--policy",
      "sync",  "--yes"};
  check_nothing_is_deleted(stage.workspace, arguments, "127.0.0.1");
}

TEST_CASE("an ending in capitals is read all the same") {
  const Stage stage;
  fs::rename(manifest(stage.workspace, 0), stage.workspace.manifests() / "w0.YAML");
  fs::rename(manifest(stage.workspace, 1), stage.workspace.manifests() / "w1.Yml");
  const auto applied = stage.workspace.run(sync_of(stage.workspace));
  CHECK_MESSAGE(applied.exit_code == 0, std::string(applied.out + applied.err));
  CHECK(applied.out.contains("No changes."));
  CHECK(stage.workspace.simulator().worker_names().size() == kWorkers);
}

TEST_CASE("a manifest that is gone while its file still holds another deletes its Worker") {
  const Stage stage;
  const auto other = read_file(manifest(stage.workspace, 1));
  remove_worker(stage.workspace, 0);
  fs::remove(manifest(stage.workspace, 1));
  write_file(manifest(stage.workspace, 0), other);
  const auto applied = stage.workspace.run(sync_of(stage.workspace));
  CHECK_MESSAGE(applied.exit_code == 0, std::string(applied.out + applied.err));
  CHECK(stage.workspace.simulator().worker_names().size() == kWorkers - 1);
}

TEST_CASE("two sources of one account leave each other's Workers alone") {
  TwoSources sources;
  CHECK(sources.names() == Names{"blog", "cart", "shop"});
  fs::remove(sources.folder("one") / "cart.yaml");
  sources.apply("two");
  CHECK(sources.names() == Names{"blog", "cart", "shop"});
  sources.apply("one");
  CHECK(sources.names() == Names{"blog", "shop"});
}

TEST_CASE("a Worker whose manifest moves to another source is handed over, never deleted between") {
  TwoSources sources;
  for (const auto* ending : {"yaml", "js"}) {
    const auto file = fmt::format("cart.{}", ending);
    fs::rename(sources.folder("one") / file, sources.folder("two") / file);
  }
  replace_in_file(sources.folder("two") / "cart.yaml", "  name: cart", "  name: cart\n  adopt: test/one");
  const auto kept = sources.apply("one");
  CHECK(kept.out.contains("another source names it now"));
  CHECK(sources.names() == Names{"blog", "cart", "shop"});
  CHECK(sources.apply("two").out.contains("1 to import"));
  CHECK(sources.apply("one").out.contains("No changes."));
  CHECK(sources.names() == Names{"blog", "cart", "shop"});
}

}  // namespace plumbline::testing
