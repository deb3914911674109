#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/git_servers.h"
#include "tests/support/signers.h"
#include "tests/support/workspace.h"

/// What the daemon and the commands make of repositories: behind which servers they are, who signed, what is refused.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// A repository of one Worker, which says which commit is live, and the account that it is for.
struct Stage {
  void write(const std::string& text) const {
    write_worker(repository.work_tree(), "app",
                 "  bindings: {TEXT: {type: plain_text, text: " + text + "}}\n  subdomain: {enabled: false}\n");
  }
  [[nodiscard]] std::string commit(const std::string& text) const {
    write(text);
    return repository.commit(text);
  }

  /// The text that is live; empty if the Worker is not there.
  [[nodiscard]] std::string live() const {
    const auto names = workspace.simulator().worker_names();
    if (std::ranges::find(names, "app") == names.end()) return {};
    return std::string(string_member(workspace.simulator().binding("app", "TEXT").at("fields"), "text"));
  }
  [[nodiscard]] bool becomes(const std::string& text) const {
    return eventually([&] { return live() == text; });
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return workspace.folder() / name; }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
};

/// Only commits that a key of the folder `keys` signed are applied.
struct SignedStage : Stage {
  [[nodiscard]] DaemonSettings settings() const {
    return {.reference = "branch: main\n    verify: {keys: " + path("keys").string() + "}"};
  }
  void trust(const SshSigner& signer, const std::string& name) const {
    write_file(path("keys") / (name + ".pub"), signer.public_key());
  }
  [[nodiscard]] std::string commit_signed(const SshSigner& signer, const std::string& text) const {
    write(text);
    return signer.commit(repository);
  }

  SshSigner alice{path("ssh"), "alice"};
  SshSigner mallory{path("ssh"), "mallory"};
};

bool has_condition(const DaemonProcess& daemon, std::string_view type, std::string_view status,
                   std::string_view reason) {
  const auto condition = daemon.condition(type);
  return string_member(condition, "status") == status && string_member(condition, "reason") == reason;
}

bool is_refused(const DaemonProcess& daemon, const std::string& commit) {
  const auto message = daemon.condition("SourceVerified");
  return has_condition(daemon, "SourceVerified", "False", "VerificationError") &&
         string_member(message, "message").contains(commit);
}

/// Overwrites the end of every pack of the mirrors, but for its checksum: of a small repository, the files lie there.
void damage_packs(const fs::path& mirrors, double share) {
  int damaged = 0;
  for (const auto& file : fs::recursive_directory_iterator(mirrors)) {
    if (file.path().extension() != ".pack") continue;
    fs::permissions(file.path(), fs::perms::owner_all);
    auto bytes = read_file(file.path());
    constexpr std::size_t kTrailer = 20;
    const auto count = static_cast<std::ptrdiff_t>(static_cast<double>(bytes.size()) * share);
    std::fill(bytes.end() - kTrailer - count, bytes.end() - kTrailer, '\x55');
    write_file(file.path(), bytes);
    ++damaged;
  }
  REQUIRE(damaged > 0);
}

}  // namespace

TEST_CASE("an unsigned commit is not applied, the last good revision stays in force, and everybody is told") {
  if (lacks(SshSigner::programs())) return;
  const SignedStage stage;
  stage.trust(stage.alice, "alice");
  const auto good = stage.commit_signed(stage.alice, "good");
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  REQUIRE_MESSAGE(daemon.wait_until_applied(good), daemon.log_text());
  CHECK(string_member(daemon.condition("SourceVerified"), "message") ==
        "commit " + good + " is signed by ssh key " + stage.alice.fingerprint() + " (alice)");

  const auto bad = stage.commit("bad");
  REQUIRE(eventually([&] { return is_refused(daemon, bad); }));
  const auto refused = daemon.condition("SourceVerified");
  CHECK(string_member(refused, "message") ==
        "commit " + bad + " is not verified: it is not signed; sign it with a key of " + stage.path("keys").string() +
            ". If you trust its signer, put the signer's public key there");
  CHECK(daemon.metric("plumbline_git_requests_total", {{"result", "unverified"}}) >= 1);
  CHECK(daemon.metric("plumbline_condition", {{"type", "SourceVerified"}, {"status", "False"}}) == 1);
  CHECK(daemon.wait_for_log("commit not verified"));
  CHECK(string_member(daemon.log("commit not verified").front(), "in_force") == "main@sha1:" + good);
  // What is in force is still kept true, and a pass over it does not hide what is wrong.
  stage.workspace.simulator().edit("app", "delete-worker");
  CHECK(stage.becomes("good"));
  REQUIRE(daemon.wait_for_passes(1));
  CHECK(has_condition(daemon, "Ready", "False", "VerificationError"));
  CHECK(string_member(daemon.source(), "lastAppliedRevision") == "main@sha1:" + good);

  const auto next = stage.commit_signed(stage.alice, "next");
  CHECK(daemon.wait_until_applied(next));
  CHECK(eventually([&] { return has_condition(daemon, "Ready", "True", "ReconciliationSucceeded"); }));
  CHECK(stage.live() == "next");
}

TEST_CASE("after a restart the last good revision is in force again, although the newest commit is not signed") {
  if (lacks(SshSigner::programs())) return;
  const SignedStage stage;
  stage.trust(stage.alice, "alice");
  const auto good = stage.commit_signed(stage.alice, "good");
  DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  REQUIRE(daemon.wait_until_applied(good));
  REQUIRE(daemon.stop());
  const auto bad = stage.commit("bad");
  stage.workspace.simulator().edit("app", "delete-worker");
  SUBCASE("its signer counts still") {
    daemon.start();
    CHECK_MESSAGE(stage.becomes("good"), daemon.log_text());
    CHECK(is_refused(daemon, bad));
    CHECK(daemon.wait_for_log("last good revision is in force again"));
    CHECK(daemon.wait_until_applied(stage.commit_signed(stage.alice, "next")));
  }
  SUBCASE("its signer does not count any more") {
    fs::remove(stage.path("keys") / "alice.pub");
    stage.trust(stage.mallory, "mallory");
    daemon.start();
    CHECK(eventually([&] { return is_refused(daemon, bad); }));
    CHECK(stage.live().empty());
  }
}

TEST_CASE("after a restart without the remote the last good revision is kept true, and nothing is deleted for it") {
  const Stage stage;
  const auto one = stage.commit("one");
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(one));
  REQUIRE(daemon.stop());
  // What somebody else has applied of a newer revision, which the daemon does not know.
  write_worker(stage.workspace.manifests(), "newer");
  stage.workspace.apply({"--source", "production"});
  stage.workspace.simulator().edit("app", "delete-worker");
  const auto away = stage.path("away.git");
  fs::rename(stage.repository.remote(), away);
  daemon.start();
  CHECK_MESSAGE(stage.becomes("one"), daemon.log_text());
  CHECK(daemon.wait_for_passes(2));
  CHECK(has_condition(daemon, "Ready", "False", "GitOperationFailed"));
  CHECK(stage.workspace.simulator().worker_names() == std::vector<std::string>{"app", "newer"});
  fs::rename(away, stage.repository.remote());
  CHECK(eventually([&] { return stage.workspace.simulator().worker_names() == std::vector<std::string>{"app"}; }));
}

TEST_CASE("a foreign commit is not applied until its key is trusted, and no more when it is not") {
  if (lacks(SshSigner::programs())) return;
  const SignedStage stage;
  stage.trust(stage.alice, "alice");
  const auto first = stage.commit_signed(stage.mallory, "first");
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  REQUIRE(eventually([&] { return is_refused(daemon, first); }));
  CHECK(stage.live().empty());
  CHECK_FALSE(daemon.is_ready());
  stage.trust(stage.mallory, "mallory");
  CHECK(daemon.wait_until_applied(first));
  // The commit is the same; what changed is who is trusted.
  fs::remove(stage.path("keys") / "mallory.pub");
  CHECK(eventually([&] { return is_refused(daemon, first); }));
  CHECK(stage.live() == "first");
}

TEST_CASE("a commit signed with OpenPGP is applied") {
  if (lacks(OpenPgpSigner::programs())) return;
  const SignedStage stage;
  const OpenPgpSigner signer(stage.path("gpg"));
  const auto key = signer.make_key("Alice <alice@example.com>");
  write_file(stage.path("keys") / "alice.asc", signer.armored(key));
  stage.write("good");
  const auto good = signer.commit(stage.repository, key);
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  CHECK_MESSAGE(daemon.wait_until_applied(good), daemon.log_text());
  CHECK(string_member(daemon.condition("SourceVerified"), "message").contains("OpenPGP key " + key));
}

TEST_CASE("plan and apply refuse a commit that is not verified, and say how to mend it") {
  if (lacks(SshSigner::programs())) return;
  const SignedStage stage;
  stage.trust(stage.alice, "alice");
  const auto good = stage.commit_signed(stage.alice, "good");
  DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  REQUIRE(daemon.wait_until_applied(good));
  REQUIRE(daemon.stop());
  const auto bad = stage.commit("bad");
  const std::vector<std::string> selection{"--config",  daemon.configuration().string(),  "--source", "production",
                                           "--journal", stage.path("journal.db").string()};
  for (const std::string command : {"plan", "apply"}) {
    CAPTURE(command);
    std::vector<std::string> arguments{command};
    arguments.insert(arguments.end(), selection.begin(), selection.end());
    if (command == "apply") arguments.emplace_back("--yes");
    const auto text = stage.workspace.run(arguments);
    CHECK(text.exit_code == 1);
    CHECK(text.err.contains("error: commit " + bad + " is not verified: it is not signed; sign it with a key of "));
    arguments.insert(arguments.end(), {"--output", "json"});
    const auto json = parse_json(stage.workspace.run(arguments).out);
    REQUIRE(json);
    CHECK(json->at("errored").as_bool());
    CHECK(to_text(*json).contains("commit " + bad + " is not verified"));
  }
  CHECK(stage.live() == "good");
}

TEST_CASE("a folder of keys that cannot be read verifies nothing") {
  if (lacks(SshSigner::programs())) return;
  const SignedStage stage;
  const auto first = stage.commit_signed(stage.alice, "first");
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  REQUIRE(eventually([&] { return is_refused(daemon, first); }));
  CHECK(string_member(daemon.condition("SourceVerified"), "message").contains("cannot be opened: No such file"));
  write_file(stage.path("keys") / "notes.txt", "x");
  CHECK(eventually([&] {
    return string_member(daemon.condition("SourceVerified"), "message").contains("notes.txt\" cannot be used");
  }));
  fs::remove(stage.path("keys") / "notes.txt");
  stage.trust(stage.alice, "alice");
  CHECK(daemon.wait_until_applied(first));
}

TEST_CASE("the newest tag of a range is applied, and shown") {
  const Stage stage;
  const auto one = stage.commit("one");
  stage.repository.tag("v1.0.0");
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), {.reference = "semver: ^1.0"});
  REQUIRE_MESSAGE(stage.becomes("one"), daemon.log_text());
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAppliedRevision") == "v1.0.0@sha1:" + one; }));
  const auto two = stage.commit("two");
  stage.repository.tag("v1.10.0");
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAppliedRevision") == "v1.10.0@sha1:" + two; }));
  (void)stage.commit("three");
  stage.repository.tag("v2.0.0");
  REQUIRE(daemon.wait_for_passes(2));
  CHECK(stage.live() == "two");
}

TEST_CASE("a repository over ssh is applied, and its host must be the one that is known") {
  if (lacks(SshServer::programs())) return;
  const Stage stage;
  const SshServer server(stage.path("sshd"));
  const auto secrets = stage.workspace.token_file().parent_path();
  write_file(secrets / "ssh-key", server.client_key());
  write_file(secrets / "known_hosts", server.known_host());
  const DaemonSettings settings{
      .reference = "branch: main\n    credentials: {ssh_key: {file: " + (secrets / "ssh-key").string() +
                   "}, known_hosts: {file: " + (secrets / "known_hosts").string() + "}}"};
  const auto one = stage.commit("one");
  const DaemonProcess daemon(stage.workspace, server.url(stage.repository.remote()), settings);
  REQUIRE_MESSAGE(daemon.wait_until_applied(one), daemon.log_text());

  // Files are read again at each fetch.
  write_file(secrets / "known_hosts", "git.example.com " + SshSigner(stage.path("ssh"), "other").public_key());
  CHECK(eventually(
      [&] { return string_member(daemon.condition("Ready"), "message").contains("the host is unknown: the "); }));
  (void)stage.commit("two");
  REQUIRE(daemon.wait_for_passes(1));
  CHECK(stage.live() == "one");
  write_file(secrets / "known_hosts", server.known_host());
  CHECK(stage.becomes("two"));
}

TEST_CASE("a repository over https is applied with user and password, and a rotated password is taken up") {
  if (lacks(HttpsGitServer::programs())) return;
  const Stage stage;
  const TestCa ca(stage.path("ca"));
  ca.issue("server", "DNS:localhost");
  const auto secrets = stage.workspace.token_file().parent_path();
  const HttpsGitServer server(stage.path("git"), secrets / "https", ca.certificate("server"), ca.key("server"),
                              {.user = "robot", .password = canary("git")});
  const auto password = secrets / "git-password";
  write_file(password, canary("old") + "\n");
  const DaemonSettings settings{.reference =
                                    "branch: main\n    credentials: {username: {env: GIT_USER}, password: "
                                    "{file: " +
                                    password.string() + "}}",
                                .environment = {{"GIT_USER", "robot"}, {"SSL_CERT_FILE", ca.file().string()}}};
  const auto one = stage.commit("one");
  const DaemonProcess daemon(stage.workspace, server.url("remote.git"), settings);
  CHECK(eventually([&] {
    return string_member(daemon.condition("Ready"), "message").ends_with("the user and password were refused");
  }));
  CHECK(stage.live().empty());
  write_file(password, canary("git") + "\n");
  CHECK_MESSAGE(daemon.wait_until_applied(one), daemon.log_text());
}

TEST_CASE("a mirror whose files cannot be read is made afresh, and nothing is deleted for it") {
  const Stage stage;
  const auto one = stage.commit("one");
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(one));
  REQUIRE(daemon.stop());
  SUBCASE("much of it is lost") {
    damage_packs(daemon.mirrors(), 0.5);
  }
  SUBCASE("a few bytes of a file are others") {
    damage_packs(daemon.mirrors(), 0.01);
  }
  stage.workspace.simulator().clear_requests();
  daemon.start();
  REQUIRE_MESSAGE(daemon.wait_until_applied(one), daemon.log_text());
  for (const auto& request : stage.workspace.simulator().requests()) CHECK(request.method == "GET");
  CHECK(daemon.log("manifest problem").empty());
  const auto two = stage.commit("two");
  CHECK(daemon.wait_until_applied(two));
}

TEST_CASE("a mirror that is damaged while the daemon runs is made afresh, and what is to be written is written") {
  const Stage stage;
  const auto one = stage.commit("one");
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(one));
  damage_packs(daemon.mirrors(), 0.9);
  // To heal this, the code has to be read.
  stage.workspace.simulator().edit("app", "delete-worker");
  CHECK_MESSAGE(eventually([&] { return stage.live() == "one"; }), daemon.log_text());
  CHECK(daemon.wait_until_applied(stage.commit("two")));
}

TEST_CASE("a mirror that is damaged while the remote is away stops nothing that is in force") {
  const Stage stage;
  const auto one = stage.commit("one");
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(one));
  REQUIRE(daemon.stop());
  damage_packs(daemon.mirrors(), 0.5);
  const auto away = stage.path("away.git");
  fs::rename(stage.repository.remote(), away);
  daemon.start();
  CHECK(eventually([&] { return has_condition(daemon, "Ready", "False", "GitOperationFailed"); }));
  CHECK(stage.live() == "one");
  fs::rename(away, stage.repository.remote());
  CHECK(daemon.wait_until_applied(one));
}

TEST_CASE("symbolic links and submodules of a repository are warnings by name, and errors where they are needed") {
  const Stage stage;
  fs::create_symlink("/etc/passwd", stage.repository.work_tree() / "link.yaml");
  stage.repository.git({"init", "--quiet", "vendor"});
  stage.repository.git({"-C", "vendor", "commit", "--quiet", "--allow-empty", "--message", "x"});
  (void)stage.commit("one");
  const auto validated = stage.workspace.run({"validate", "--repository", stage.repository.url(), "--ref", "main"});
  CHECK(validated.exit_code == 0);
  CHECK(validated.err.contains("link.yaml: warning: "));
  CHECK(validated.err.contains("symbolic link"));
  CHECK(validated.err.contains("vendor: warning: "));
  CHECK(validated.err.contains("submodule"));
  CHECK_FALSE(validated.err.contains("root:"));
  write_file(stage.repository.work_tree() / ".plumblineignore", "link.yaml\nvendor\n");
  (void)stage.commit("two");
  const auto again = stage.workspace.run({"validate", "--repository", stage.repository.url(), "--ref", "main"});
  CHECK(again.exit_code == 0);
  CHECK_FALSE(again.err.contains("link.yaml"));
}

TEST_CASE("a range of versions may be given on the command line") {
  const Stage stage;
  (void)stage.commit("one");
  stage.repository.tag("v1.2.3");
  const auto validate = [&](const std::string& ref) {
    return stage.workspace.run({"validate", "--repository", stage.repository.url(), "--ref", ref, "--output", "json"});
  };
  CHECK(validate("semver:^1.2").out.contains("v1.2.3@sha1:"));
  const auto none = validate("semver:^2");
  CHECK(none.exit_code == 1);
  CHECK(none.out.contains("a tag in \\\"^2\\\" does not exist at "));
  CHECK(validate("semver:latest").exit_code == 78);
}

}  // namespace plumbline::testing
