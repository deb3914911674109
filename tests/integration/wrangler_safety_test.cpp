#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What a wrangler config states and Plumbline cannot do, or what it is not for, must not change what is live.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCode = "export default { fetch() { return new Response('one'); } };\n";
constexpr std::string_view kOtherAccount = "ffffffffffffffffffffffffffffffff";

std::string toml(std::string_view name, std::string_view more = {}) {
  return fmt::format("name = \"{}\"\nmain = \"index.js\"\nno_bundle = true\ncompatibility_date = \"2026-01-01\"\n{}",
                     name, more);
}

std::string json(std::string_view name, std::string_view more = {}) {
  return fmt::format(R"({{"name": "{}", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01"{}}})",
                     name, more);
}

void write_config(const fs::path& folder, const std::string& file, const std::string& text) {
  write_file(folder / file, text);
  write_file(folder / "index.js", kCode);
}

std::string said(const Finished& finished) {
  return finished.out + finished.err;
}

struct Stage {
  Finished apply() const {
    return workspace.run({"apply", workspace.manifests().string(), "--instance", "test", "--policy", "sync", "--yes"});
  }

  void apply_well() const {
    const auto applied = apply();
    REQUIRE_MESSAGE(applied.exit_code == 0, said(applied));
  }

  // The change says so and writes nothing to the Worker.
  void check_stays(std::string_view worker, const std::vector<std::string_view>& told) const {
    const auto before = to_text(workspace.simulator().worker(worker));
    const auto applied = apply();
    CHECK(applied.exit_code == 1);
    for (const auto& text : told) CHECK_MESSAGE(said(applied).contains(text), said(applied));
    CHECK(to_text(workspace.simulator().worker(worker)) == before);
  }

  [[nodiscard]] fs::path folder(std::string_view name) const { return workspace.manifests() / name; }

  Workspace workspace;
};

}  // namespace

TEST_CASE("a config with a field that is not known leaves its live Worker and keeps deletes away, the others go on") {
  const std::string vars = "[vars]\nA = \"1\"\n";
  for (const auto& [file, before, after] : std::vector<std::array<std::string, 3>>{
           {"wrangler.toml", toml("w", vars), toml("w", vars + "[[quartz]]\nbinding = \"K\"\n")},
           {"wrangler.json", json("w", R"(, "vars": {"A": "1"})"), json("w", R"(, "quartz": {"binding": "A"})")},
           {"wrangler.jsonc", json("w", R"(, "vars": {"A": "1"})"),
            json("w", R"(, /* new */ "durable_objects": {"bindings": [], "quartz": {"mode": "lazy"}})")}}) {
    CAPTURE(file);
    const Stage stage;
    write_config(stage.folder("a"), file, before);
    write_config(stage.folder("b"), "wrangler.toml", toml("other"));
    write_config(stage.folder("c"), "wrangler.toml", toml("gone"));
    stage.apply_well();
    write_file(stage.folder("a") / file, after);
    write_file(stage.folder("a") / "index.js", "export default {};\n");
    write_file(stage.folder("b") / "index.js", "export default { two: 2 };\n");
    fs::remove_all(stage.folder("c"));
    stage.check_stays("w", {"error: unknown field", "wrangler 4.164", "update Plumbline"});
    CHECK(stage.workspace.simulator().worker_names() == std::vector<std::string>{"gone", "other", "w"});
    CHECK(stage.workspace.simulator().worker("other").at("versions").as_array().size() == 2);
  }
}

TEST_CASE("a config that becomes a project of Pages keeps its Worker until somebody says that it is to go") {
  const Stage stage;
  write_config(stage.folder("a"), "wrangler.toml", toml("w"));
  write_config(stage.folder("b"), "wrangler.toml", toml("other"));
  stage.apply_well();
  write_file(stage.folder("a") / "wrangler.toml", toml("w", "pages_build_output_dir = \"dist\"\n"));
  stage.check_stays("w", {"ManifestVanished", "manifests/a/wrangler.toml"});
  stage.workspace.forget_journal();
  stage.check_stays("w", {"ManifestVanished"});
  fs::remove(stage.folder("a") / "wrangler.toml");
  stage.apply_well();
  CHECK(stage.workspace.simulator().worker_names() == std::vector<std::string>{"other"});
}

TEST_CASE("a config of which a module or an asset cannot be read stays as it is") {
  const Stage stage;
  write_config(stage.folder("a"), "wrangler.toml", toml("w"));
  stage.apply_well();
  write_file(stage.folder("a") / "index.js", "export default {};\n");
  fs::create_symlink("index.js", stage.folder("a") / "page.txt");
  stage.check_stays("w", {"\"manifests/a/page.txt\" is a symbolic link"});
  fs::remove(stage.folder("a") / "page.txt");
  write_file(stage.folder("a") / "index.js",
             "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') + "\nsize 12345\n");
  stage.check_stays("w", {"\"manifests/a/index.js\" is a pointer of Git LFS", "git lfs pull"});
  write_file(stage.folder("a") / "index.js", std::string("\0GITCRYPT\0", 10) + "secret");
  stage.check_stays("w", {"\"manifests/a/index.js\" is encrypted by git-crypt", "git-crypt unlock"});
  write_file(stage.folder("a") / "index.js", kCode);
  write_file(stage.folder("a") / "wrangler.toml", toml("w", "[assets]\ndirectory = \"public\"\n"));
  write_file(stage.folder("a") / "public/a.html", "a");
  stage.apply_well();
  write_file(stage.folder("a") / "public/a.html", "b");
  fs::create_symlink("a.html", stage.folder("a") / "public/b.html");
  stage.check_stays("w", {"\"manifests/a/public/b.html\" is a symbolic link"});
  fs::remove(stage.folder("a") / "public/b.html");
  write_file(stage.folder("a") / "public/big.bin", std::string("\0GITCRYPT\0", 10) + std::string(5000, 'x'));
  stage.check_stays("w", {"is encrypted by git-crypt"});
}

TEST_CASE("a Worker that wrangler deployed is told what its adoption takes and leaves, and --adopt takes it over") {
  const Workspace workspace;
  const auto folder = workspace.manifests() / "app";
  write_config(folder, "wrangler.toml", toml("w", "keep_vars = true\n[vars]\nA = \"1\"\n"));
  // Somebody deploys it: the same config by another hand, and a variable in the dashboard.
  REQUIRE(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 0);
  REQUIRE(workspace.run({"release", "w", "--instance", "test", "--yes"}).exit_code == 0);
  workspace.simulator().edit("w", "set-var", "FROM_DASHBOARD", "kept");
  write_config(folder, "wrangler.toml", toml("w", "keep_vars = true\n[vars]\nA = \"2\"\n"));
  workspace.forget_journal();

  const auto blocked = workspace.run_on_manifests("plan");
  CAPTURE(blocked.out);
  CHECK(blocked.out.contains("blocked (OwnershipConflict)"));
  CHECK(blocked.out.contains("to go on: run `plumbline adopt w`, or plan and apply with `--adopt unowned`"));
  CHECK(blocked.out.contains("once it is adopted, an apply changes:\n        ~ binding A"));
  CHECK_FALSE(blocked.out.contains("FROM_DASHBOARD"));
  const auto refused = workspace.simulator().requests_during(
      [&] { CHECK(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 1); });
  CHECK(writes_of(refused).empty());

  const auto adopted = workspace.run_on_manifests("apply", {"--yes", "--adopt", "unowned"});
  CAPTURE(adopted.err);
  CHECK(adopted.exit_code == 0);
  CHECK(adopted.out.contains("Apply complete! Resources: 1 imported"));
  const auto state = to_text(workspace.simulator().worker("w"));
  CHECK(state.contains("FROM_DASHBOARD"));
  CHECK(workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 0);
}

TEST_CASE("a config that names another account is planned for none but that one") {
  const Stage stage;
  const auto& account = stage.workspace.simulator().account_id();
  write_config(stage.folder("a"), "wrangler.toml", fmt::format("account_id = \"{}\"\n{}", account, toml("w")));
  write_config(stage.folder("b"), "wrangler.toml", "account_id = \"\"\n" + toml("other"));
  stage.apply_well();
  write_file(stage.folder("a") / "index.js", "export default {};\n");
  write_file(stage.folder("a") / "wrangler.toml", fmt::format("account_id = \"{}\"\n{}", kOtherAccount, toml("w")));
  stage.check_stays("w", {"manifests/a/wrangler.toml:1:14: error: \"account_id\" names the account ffffffff", account});
  // Without an account, nobody can tell.
  CHECK(stage.workspace.run({"validate", stage.workspace.manifests().string()}).exit_code == 0);
}

TEST_CASE("sources of one repository and several accounts each read the configs that name their own") {
  const Stage stage;
  const auto& workspace = stage.workspace;
  const auto& account = workspace.simulator().account_id();
  write_config(stage.folder("a"), "wrangler.toml", fmt::format("account_id = \"{}\"\n{}", account, toml("mine")));
  write_config(stage.folder("b"), "wrangler.json",
               json("theirs", fmt::format(R"(, "account_id": "{}", "k2": [1])", kOtherAccount)));
  write_config(stage.folder("c"), "wrangler.toml", toml("anybodys"));
  const auto configure = [&](std::string_view more) {
    write_file(workspace.folder() / "plumbline.yaml",
               fmt::format(R"(apiVersion: plumbline.dev/v1beta1
kind: Config
instance: test
journal: {{path: {0}/journal.db}}
accounts:
  main: {{account_id: {1}, api_token: {{file: {2}}}, api_base_url: {3}}}
  else: {{account_id: {4}, api_token: {{file: {2}}}, api_base_url: {3}}}
sources:
  one: {{repository: {0}/manifests, account: main, policy: sync{5}}}
)",
                           workspace.folder().string(), account, workspace.token_file().string(),
                           workspace.simulator().api_base_url(), kOtherAccount, more));
  };
  const auto apply = [&] {
    return workspace.run(
        {"apply", "--config", (workspace.folder() / "plumbline.yaml").string(), "--source", "one", "--yes"});
  };
  configure("");
  auto applied = apply();
  CHECK_MESSAGE(applied.exit_code == 0, said(applied));
  CHECK(said(applied).contains("b/wrangler.json:1:"));
  CHECK(said(applied).contains("note: this config does not belong to this source: it names the account \"else\""));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"anybodys", "mine"});
  // One that was ours and names the other account now is none that somebody wants to see deleted.
  write_file(stage.folder("a") / "wrangler.toml", fmt::format("account_id = \"{}\"\n{}", kOtherAccount, toml("mine")));
  applied = apply();
  CHECK(applied.exit_code == 1);
  CHECK_MESSAGE(said(applied).contains("ManifestVanished"), said(applied));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"anybodys", "mine"});
  configure(", wrangler: {account_id: ignore}");
  write_config(stage.folder("b"), "wrangler.json",
               json("theirs", fmt::format(R"(, "account_id": "{}")", kOtherAccount)));
  applied = apply();
  CHECK_MESSAGE(applied.exit_code == 0, said(applied));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"anybodys", "mine", "theirs"});
  configure(", wrangler: {account_id: mine}");
  CHECK(apply().exit_code == 78);
}

}  // namespace plumbline::testing
