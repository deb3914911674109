#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/version.h"
#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/workspace.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// `plumbline validate` over the manifests of the workspace.
Finished validate(const Workspace& workspace) {
  return workspace.run({"validate", workspace.manifests().string()});
}

/// A good Worker, and beside it a manifest for every way of being wrong.
void install_one_of_each_mistake(const fs::path& folder) {
  write_worker(folder, "good");
  write_worker(folder, "unknown", "  compatability_flags: [nodejs_compat]\n");
  write_worker(folder, "type", "  logpush: yes please\n");
  write_worker(folder, "missing");
  fs::remove(folder / "missing.js");
  write_worker(folder, "name");
  replace_in_file(folder / "name.yaml", "name: name", "name: 7Up");
  for (const auto* twin : {"first", "second"}) {
    write_worker(folder, twin);
    replace_in_file(folder / (twin + std::string(".yaml")), "name: " + std::string(twin), "name: twin");
  }
  fs::create_symlink("good.yaml", folder / "link.yaml");
  write_file(folder / "broken.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: broken\nspec: {}\n");
}

}  // namespace

TEST_CASE("help tells every command and its options") {
  const Workspace workspace;
  const auto all = workspace.run({"--help"});
  CHECK(all.exit_code == 0);
  CHECK(all.err.empty());
  for (const auto* command : {"validate", "render", "plan", "apply", "run", "simulate", "api", "schema", "version"}) {
    CHECK_MESSAGE(all.out.contains(command), command);
    const auto help = workspace.run({command, "--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.out.contains("--help"));
  }
  CHECK(workspace.run({"plan", "--help"}).out.contains("--detailed-exitcode"));
  CHECK_FALSE(all.out.contains("git-fetch"));
}

TEST_CASE("render prints what the manifests ask for, without network, credentials and values of secrets") {
  Workspace workspace;
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  workspace.install_examples();
  const auto text = workspace.run({"render", workspace.manifests().string()});
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  CHECK(text.out.starts_with("# manifests/calculator/worker.yaml\napiVersion: plumbline.dev/v1beta1\nkind: Worker\n"));
  CHECK(text.out.contains("    SESSION:\n      store: default\n      key: shop/SESSION\n"));
  const auto one =
      workspace.run({"render", workspace.manifests().string(), "--output", "json", "--only", "worker.shop"});
  const auto document = parse_json(one.out).value();
  CHECK(document.at("errored") == false);
  REQUIRE(document.at("resources").as_array().size() == 1);
  CHECK(document.at("resources").at(0).at("file") == "manifests/shop/worker.yaml");
  CHECK(document.at("resources").at(0).at("metadata").at("name") == "shop");
}

TEST_CASE("--only with a name that nothing bears is an error, and the nearest name is told") {
  const Workspace workspace;
  workspace.install_examples();
  for (const auto* command : {"render", "plan", "apply"}) {
    CAPTURE(command);
    const auto finished = workspace.run({command, workspace.manifests().string(), "--only", "worker.shpo"});
    CHECK(finished.exit_code == 1);
    CHECK(finished.out.empty());
    CHECK(
        finished.err.contains("--only worker.shpo: the source has no Worker of this name; did you mean worker.shop?"));
  }
  // The manifest that cannot be read may be the one that bears it.
  write_file(workspace.manifests() / "broken.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: [\n");
  const auto broken = workspace.run({"plan", workspace.manifests().string(), "--only", "worker.shpo"});
  CHECK(broken.exit_code == 1);
  CHECK(broken.err.contains("broken.yaml"));
}

TEST_CASE("render of a source with an error prints no half of it") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "good");
  write_worker(workspace.manifests(), "bad", "  logpush: yes please\n");
  const auto text = workspace.run({"render", workspace.manifests().string()});
  CHECK(text.exit_code == 1);
  CHECK(text.out.empty());
  CHECK(text.err.contains("expected true or false for \"logpush\""));
  const auto json = workspace.run({"render", workspace.manifests().string(), "--output", "json"});
  CHECK(json.exit_code == 1);
  const auto document = parse_json(json.out).value();
  CHECK(document.at("errored") == true);
  CHECK(document.at("resources").as_array().size() == 1);
  CHECK(document.at("diagnostics").as_array().size() == 1);
}

TEST_CASE("a ZoneWorker is planned as deprecated") {
  const Workspace workspace;
  write_file(workspace.manifests() / "old.js", "addEventListener('fetch', () => {});\n");
  write_file(workspace.manifests() / "zone.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {adopt: unowned}\n"
             "spec: {zone: example.com, script: old.js}\n");
  CHECK(validate(workspace).out == "0 Workers and 1 ZoneWorker in 1 file: valid\n");
  CHECK(workspace.run({"render", workspace.manifests().string()}).out.contains("kind: ZoneWorker\n"));
  const auto plan = workspace.run_on_manifests("plan");
  CHECK(plan.exit_code == 0);
  CHECK(plan.out.contains("+ zone_worker.example.com"));
  CHECK_MESSAGE(plan.err.contains("deprecated"), plan.err);
}

TEST_CASE("version prints the version and ends with 0") {
  const Workspace workspace;
  const auto version = workspace.run({"version"});
  for (const auto* flag : {"--version", "-V"}) {
    const auto short_form = workspace.run({flag});
    CHECK(short_form.exit_code == 0);
    CHECK(short_form.out == version.out.substr(0, version.out.find('\n') + 1));
  }
  CHECK(version.exit_code == 0);
  CHECK(version.out.starts_with("plumbline " + std::string(plumbline::version())));
}

TEST_CASE("wrong usage ends with 64 and says what is wrong on standard error") {
  const Workspace workspace;
  const std::vector<std::vector<std::string>> lines{{"--no-such-option"},
                                                    {"no-such-command"},
                                                    {"plan", "--no-such-option"},
                                                    {"plan", "--refresh", "half"},
                                                    {"apply", "--digest", "sha256:12"},
                                                    {"plan", "--policy", "sync"},
                                                    {"run"},
                                                    {}};
  for (const auto& line : lines) {
    const auto finished = workspace.run(line);
    CAPTURE(finished.err);
    CHECK(finished.exit_code == 64);
    CHECK(finished.out.empty());
    CHECK_FALSE(finished.err.empty());
  }
}

TEST_CASE("a command of a later version is a clear error") {
  const Workspace workspace;
  const auto finished = workspace.run({"rollback", "hello"});
  CHECK(finished.exit_code == 64);
  CHECK(finished.err == "plumbline rollback: not in this version yet\n");
}

TEST_CASE("validate is content with the examples and needs neither network nor credentials") {
  Workspace workspace;
  workspace.install_examples();
  workspace.simulator().stop();
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  workspace.set_variable("CLOUDFLARE_ACCOUNT_ID", "");
  const auto finished = validate(workspace);
  CHECK(finished.exit_code == 0);
  CHECK(finished.out == "4 Workers in 4 files: valid\n");
  CHECK(finished.err.empty());
}

TEST_CASE("validate tells all errors of all manifests in one run, each with its place and its mend") {
  const Workspace workspace;
  install_one_of_each_mistake(workspace.manifests());
  const auto finished = validate(workspace);
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.empty());
  CHECK(finished.err ==
        "manifests/broken.yaml:4:5: error: this is not valid YAML; end of map flow not found\n"
        "manifests/first.yaml:4:9: error: the Worker \"twin\" is also declared at manifests/second.yaml:4:9; remove or "
        "rename one of "
        "the two; neither is used\n"
        "manifests/link.yaml: warning: this is a symbolic link, which is never followed; replace it with the file "
        "itself, or name "
        "it in .plumblineignore\n"
        "manifests/missing.yaml:6:9: error: there is no file \"manifests/missing.js\"; build it and commit it, or "
        "correct the path, which "
        "is relative to this manifest\n"
        "manifests/name.yaml:4:9: error: \"name\" may hold capital letters only if it begins with a letter and ends in "
        "a letter or "
        "digit\n"
        "manifests/second.yaml:4:9: error: the Worker \"twin\" is also declared at manifests/first.yaml:4:9; remove or "
        "rename one of "
        "the two; neither is used\n"
        "manifests/type.yaml:8:12: error: expected true or false for \"logpush\", found a string\n"
        "manifests/unknown.yaml:8:3: error: unknown field \"compatability_flags\"; did you mean "
        "\"compatibility_flags\"?\n");
}

TEST_CASE("bad manifests do not keep the good ones from being applied, and the exit code says that not all went") {
  const Workspace workspace;
  install_one_of_each_mistake(workspace.manifests());
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.err.contains("manifests/unknown.yaml:8:3: error: unknown field \"compatability_flags\""));
  CHECK(finished.out.contains("Resources: 1 added, 0 changed, 0 destroyed.\n"));
  CHECK_FALSE(finished.out.contains("Apply complete!"));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"good"});
}

TEST_CASE("a symbolic link in a git repository that nobody needs is a warning, and is never followed") {
  const Workspace workspace;
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "good");
  fs::create_symlink("/etc/passwd", repository.work_tree() / "passwd.yaml");
  repository.commit("a link");
  const auto finished =
      workspace.run({"apply", "--repository", repository.url(), "--ref", "main", "--instance", "test", "--yes"});
  CHECK(finished.exit_code == 0);
  CHECK(finished.err.contains("passwd.yaml: warning: \"passwd.yaml\" is a symbolic link, which is never followed"));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"good"});
}

TEST_CASE("a branch, a tag and a commit of a repository are planned as they are there") {
  const Workspace workspace;
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "first");
  const auto first = repository.commit("first");
  repository.tag("v1");
  write_worker(repository.work_tree(), "second");
  const auto second = repository.commit("second");
  const auto plan_at = [&](const std::string& ref) {
    const auto finished = workspace.run({"plan", "--repository", repository.url(), "--ref", ref, "--output", "json"});
    CAPTURE(finished.err);
    REQUIRE(finished.exit_code == 0);
    return *parse_json(finished.out);
  };
  const auto of_main = plan_at("main");
  CHECK(string_member(of_main, "revision") == "main@sha1:" + second);
  CHECK(of_main.at("summary").at("add") == 2);
  const auto of_tag = plan_at("refs/tags/v1");
  CHECK(string_member(of_tag, "revision") == "v1@sha1:" + first);
  CHECK(of_tag.at("summary").at("add") == 1);
  const auto of_commit = plan_at(first);
  CHECK(string_member(of_commit, "revision") == "sha1:" + first);
  CHECK(of_commit.at("summary").at("add") == 1);
}

TEST_CASE("a ref of any kind is planned as it is there, also under a very long name") {
  const Workspace workspace;
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "first");
  const auto first = repository.commit("first");
  const std::string name(238, 'b');
  repository.git({"push", "--quiet", "origin", "HEAD:refs/pull/7/head", "HEAD:refs/heads/" + name});
  const auto revision_of = [&](const std::string& ref) {
    const auto finished =
        workspace.run({"validate", "--repository", repository.url(), "--ref", ref, "--output", "json"});
    REQUIRE_MESSAGE(finished.exit_code == 0, finished.err);
    return std::string(string_member(*parse_json(finished.out), "revision"));
  };
  CHECK(revision_of("refs/pull/7/head") == "refs/pull/7/head@sha1:" + first);
  CHECK(revision_of(name) == name + "@sha1:" + first);
  const auto odd = workspace.run({"validate", "--repository", repository.url(), "--ref", "refs/pull/../head"});
  CHECK(odd.exit_code == 78);
  CHECK(odd.err.contains("--ref must be the full name of a ref, such as refs/pull/7/head"));
}

TEST_CASE("a source that is a folder of a repository has paths that begin there, in text, JSON and render") {
  const Workspace workspace;
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree() / "workers", "checkout", "  logpsh: true\n");
  write_worker(repository.work_tree() / "workers/deep", "good");
  const auto commit = repository.commit("both");
  const std::vector<std::string> remote{"--repository", repository.url(), "--ref", "main", "--path", "workers"};
  const std::vector<std::string> folder{(repository.work_tree() / "workers").string()};
  for (const auto& selected : {remote, folder}) {
    const auto run = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.end(), selected.begin(), selected.end());
      return workspace.run(std::move(arguments));
    };
    CHECK(run({"validate"}).err.starts_with("workers/checkout.yaml:8:3: error: unknown field \"logpsh\""));
    CHECK(run({"plan"}).out.contains("  + worker.good                  workers/deep/good.yaml\n"));
    const auto plan = parse_json(run({"plan", "--output", "json"}).out).value();
    CHECK(string_member(plan, "revision") == "main@sha1:" + commit);
    CHECK(plan.at("resource_changes").at(0).at("file") == "workers/deep/good.yaml");
    CHECK(plan.at("diagnostics").at(0).at("file") == "workers/checkout.yaml");
    const auto rendered = parse_json(run({"render", "--output", "json"}).out).value();
    CHECK(rendered.at("resources").at(0).at("file") == "workers/deep/good.yaml");
    CHECK(string_member(rendered, "revision") == "main@sha1:" + commit);
  }
}

TEST_CASE("a checkout with changes says which commit it is and that its files are not those") {
  const Workspace workspace;
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "good");
  const auto commit = repository.commit("one");
  const auto validate = [&] {
    return workspace.run({"validate", repository.work_tree().string(), "--output", "json"});
  };
  CHECK_FALSE(validate().err.contains("note: "));
  write_worker(repository.work_tree(), "new");
  const auto changed = validate();
  CHECK(changed.exit_code == 0);
  CHECK(string_member(*parse_json(changed.out), "revision") == "main@sha1:" + commit);
  CHECK(changed.err.contains("new.js: note: this file and 1 more file are not as in commit " + commit.substr(0, 12)));
}

TEST_CASE("a folder outside of the working directory and of git has paths of its own") {
  const Workspace workspace;
  const TemporaryFolder elsewhere;
  write_worker(elsewhere.path() / "deep", "good");
  const auto rendered = workspace.run({"render", elsewhere.path().string()});
  CHECK(rendered.out.starts_with("# deep/good.yaml\n"));
}

TEST_CASE("plan and apply without credentials end with 78 and say which variable to set") {
  Workspace workspace;
  workspace.install_examples();
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  for (const auto* command : {"plan", "apply"}) {
    const auto finished = workspace.run_on_manifests(command);
    CHECK(finished.exit_code == 78);
    CHECK(finished.out.empty());
    CHECK(finished.err ==
          "error: no credentials: CLOUDFLARE_API_TOKEN is not set; set it, or CLOUDFLARE_API_KEY and "
          "CLOUDFLARE_EMAIL\n");
  }
  CHECK(workspace.simulator().requests().empty());
}

TEST_CASE("a global key with an e-mail address is as good as a token") {
  Workspace workspace;
  workspace.install_examples();
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  workspace.set_variable("CLOUDFLARE_API_KEY", canary("api-key"));
  workspace.set_variable("CLOUDFLARE_EMAIL", "user@example.com");
  workspace.apply();
  CHECK(workspace.simulator().worker_names() == example_names());
}

TEST_CASE("a refused token is one clear error and writes nothing") {
  Workspace workspace({"--token", "another-token"});
  workspace.install_examples();
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CAPTURE(finished.err);
  CHECK(finished.exit_code == 1);
  CHECK(finished.err.contains("401"));
  CHECK(finished.err.contains("10000"));
  CHECK(finished.err.contains("Authentication error"));
  CHECK(workspace.simulator().requests().size() <= 2);
  CHECK(workspace.simulator().worker_names().empty());
}

TEST_CASE("a wrong account and a wrong address are told to be corrected") {
  Workspace workspace;
  workspace.install_examples();
  const auto good = workspace.simulator().api_base_url();
  workspace.set_variable("CLOUDFLARE_ACCOUNT_ID", "ffffffffffffffffffffffffffffffff");
  const auto stranger = workspace.run_on_manifests("plan");
  CAPTURE(stranger.err);
  CHECK(stranger.exit_code == 1);
  CHECK(stranger.err.contains("check that ffffffffffffffffffffffffffffffff is the account's id"));
  CHECK_FALSE(stranger.err.contains("try again later"));
  // The address of the server, without the path of the API.
  workspace.set_variable("CLOUDFLARE_ACCOUNT_ID", workspace.simulator().account_id());
  workspace.set_variable("CLOUDFLARE_API_BASE_URL", good.substr(0, good.find("/client")) + "/__simulator__/state");
  const auto nowhere = workspace.run_on_manifests("plan");
  CAPTURE(nowhere.err);
  CHECK(nowhere.exit_code == 1);
  CHECK(nowhere.err.contains("/__simulator__/state"));
  CHECK_FALSE(nowhere.err.contains("try again later"));
}

TEST_CASE("validate of a configuration tells every problem without git and network") {
  const Workspace workspace;
  const auto file = workspace.folder() / "plumbline.yaml";
  const std::string good =
      "apiVersion: plumbline.dev/v1beta1\n"
      "kind: Config\n"
      "instance: test\n"
      "accounts:\n"
      "  main: {account_id: 023e105f4ecef8ad9ca31a8372d0c353, api_token: {env: TOKEN}}\n"
      "sources:\n"
      "  production: {repository: https://127.0.0.1:1/workers.git, branch: main, account: main, policy: sync}\n";
  write_file(file, good);
  const auto valid = workspace.run({"validate", "--config", file.string()});
  CHECK(valid.exit_code == 0);
  CHECK(valid.out == "1 source in 1 account: valid\n");
  write_file(file, good + "    x: 1\n");
  CHECK(workspace.run({"validate", "--config", file.string()}).exit_code == 78);
  write_file(file, good + "  staging: {repository: https://127.0.0.1:1/w.git, account: mian, policy: snyc}\n");
  const auto wrong = workspace.run({"validate", "--config", file.string(), "--output", "json"});
  CHECK(wrong.exit_code == 78);
  CHECK(wrong.err.contains(":8:3: error: a git repository needs a branch"));
  CHECK(wrong.err.contains("\"mian\" is not one of accounts; did you mean \"main\"?"));
  CHECK(wrong.err.contains("error: \"policy\" must be one of"));
  CHECK(parse_json(wrong.out).value().at("errored").as_bool());
  const auto source = workspace.run({"validate", "--config", file.string(), "--source", "production"});
  CHECK(source.exit_code == 78);
  write_file(file, good);
  const auto unknown = workspace.run({"plan", "--config", file.string(), "--source", "prodution"});
  CHECK(unknown.exit_code == 78);
  CHECK(unknown.err.contains("has no source \"prodution\"; did you mean \"production\"?"));
}

TEST_CASE("an apply without a terminal and without consent is refused and writes nothing") {
  const Workspace workspace;
  workspace.install_examples();
  const auto finished = workspace.run_on_manifests("apply");
  CHECK(finished.exit_code == 1);
  CHECK(finished.err.contains("there is no terminal to ask at: give --yes to apply without asking\n"));
  CHECK(finished.out.contains("Plan: 4 to add, 0 to change, 0 to destroy.\n"));
  CHECK(writes_of(workspace.simulator().requests()).empty());
}

TEST_CASE("a plan writes nothing, and its detailed exit code tells whether there are changes") {
  const Workspace workspace;
  workspace.install_examples();
  CHECK(workspace.run_on_manifests("plan").exit_code == 0);
  CHECK(workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 2);
  CHECK(writes_of(workspace.simulator().requests()).empty());
  workspace.apply();
  const auto unchanged = workspace.run_on_manifests("plan", {"--detailed-exitcode"});
  CHECK(unchanged.exit_code == 0);
  CHECK(unchanged.out == "No changes. Your Workers match the manifests.\n");
  write_file(workspace.manifests() / "bad.yaml", "kind: Worker\n");
  CHECK(workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 1);
}

TEST_CASE("with json output standard output is one JSON document, also on failure") {
  Workspace workspace;
  workspace.install_examples();
  write_worker(workspace.manifests(), "bad", "  logpsh: true\n");
  const auto errored_json = [](const Finished& finished) {
    CAPTURE(finished.out);
    const auto document = parse_json(finished.out);
    REQUIRE(document);
    CHECK(string_member(*document, "format_version") == "1.0");
    CHECK_FALSE(document->at("diagnostics").as_array().empty());
    return bool_member(*document, "errored");
  };
  const std::string folder = workspace.manifests().string();
  CHECK(errored_json(workspace.run({"validate", folder, "--output", "json"})) == true);
  CHECK(errored_json(workspace.run({"validate", folder + "/none", "--output", "json"})) == true);
  CHECK(errored_json(workspace.run_on_manifests("plan", {"--output", "json"})) == true);
  CHECK(errored_json(workspace.run_on_manifests("apply", {"--output", "json"})) == true);
  CHECK(errored_json(workspace.run_on_manifests("apply", {"--output", "json", "--yes"})) == true);
  workspace.simulator().stop();
  CHECK(errored_json(workspace.run_on_manifests("plan", {"--output", "json"})) == true);
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  CHECK(errored_json(workspace.run_on_manifests("plan", {"--output", "json"})) == true);
}

TEST_CASE("the same plan is the same bytes") {
  const Workspace workspace;
  workspace.install_examples();
  const auto first = workspace.run_on_manifests("plan", {"--output", "json"});
  const auto second = workspace.run_on_manifests("plan", {"--output", "json"});
  CHECK(first.exit_code == 0);
  CHECK(first.out == second.out);
}

TEST_CASE("a wrong configuration of the daemon ends with 78 and the place of every error") {
  const Workspace workspace;
  const auto file = workspace.folder() / "plumbline.yaml";
  write_file(file,
             "apiVersion: plumbline.dev/v1beta1\n"
             "kind: Config\n"
             "instance: test\n"
             "accounts:\n"
             "  main: {account_id: 023e105f4ecef8ad9ca31a8372d0c353, api_token: {env: TOKEN}}\n"
             "sources:\n"
             "  production:\n"
             "    repository: https://git.example.com/workers.git\n"
             "    branch: main\n"
             "    account: mian\n"
             "    policy: sync\n"
             "    intervall: 60s\n"
             "    drift: heel\n");
  const auto finished = workspace.run({"run", "--config", file.string()});
  CAPTURE(finished.err);
  CHECK(finished.exit_code == 78);
  CHECK(finished.err.contains(file.string() + ":12:5: error: unknown field \"intervall\"; did you mean \"interval\"?"));
  CHECK(finished.err.contains(file.string() + ":13:12: error: \"drift\" must be one of report, heal"));
  const auto missing = workspace.run({"run", "--config", (workspace.folder() / "none.yaml").string()});
  CHECK(missing.exit_code == 78);
  CHECK(missing.err.contains("none.yaml: error: cannot be read: No such file or directory; --config wants a file"));
}

TEST_CASE("an address that is taken ends the daemon and the simulator with a clear error") {
  const Workspace workspace;
  const auto taken = "127.0.0.1:" + std::to_string(workspace.simulator().port());
  const auto simulator = workspace.run({"simulate", "--listen", taken});
  CHECK(simulator.exit_code == 1);
  CHECK(simulator.err.contains("cannot listen on " + taken));

  const auto file = workspace.folder() / "plumbline.yaml";
  write_file(file,
             "apiVersion: plumbline.dev/v1beta1\n"
             "kind: Config\n"
             "instance: test\n"
             "accounts:\n"
             "  main: {account_id: 023e105f4ecef8ad9ca31a8372d0c353, api_token: {env: CLOUDFLARE_API_TOKEN}}\n"
             "sources:\n"
             "  production: {repository: ./manifests, account: main, policy: report}\n"
             "server: {listen: \"" +
                 taken + "\"}\n");
  const auto daemon = workspace.run({"run", "--config", file.string()});
  CAPTURE(daemon.err);
  CHECK(daemon.exit_code == 1);
  CHECK(daemon.err.contains(
      "server.listen: cannot listen on " + taken +
      ": Address already in use; stop the program that listens there, or set server.listen to another"));
}

}  // namespace plumbline::testing
