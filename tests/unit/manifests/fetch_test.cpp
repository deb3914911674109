#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "loopback.h"
#include "manifests/child_process.h"
#include "manifests/fetch_message.h"
#include "manifests/git_fetch.h"
#include "manifests/source_tree.h"
#include "support.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::commit_all;
using test::git;
using test::TempFolder;

// fetch() starts this executable again as its child. The listener is asked before anything is
// printed.
struct FetchChild : doctest::IReporter {
  explicit FetchChild(const doctest::ContextOptions& /*options*/) {}
  void test_run_start() override {
    std::ifstream command_line("/proc/self/cmdline");
    std::string program;
    std::string command;
    std::getline(command_line, program, '\0');
    std::getline(command_line, command, '\0');
    if (command == kFetchCommand) std::_Exit(run_fetch_child());
  }
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*data*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};
DOCTEST_REGISTER_LISTENER("fetch_child", 1, FetchChild);

// A repository with one commit on main, and where its mirror lies.
class Remote {
 public:
  Remote() {
    git(folder_.path(), {"init", "--quiet", "--initial-branch=main", "work"});
    first_ = commit("one");
  }

  std::string commit(const std::string& text) const {
    folder_.write("work/a.yaml", text);
    return commit_all(folder_.path("work"), text);
  }

  void run(std::vector<std::string> arguments) const { git(folder_.path("work"), std::move(arguments)); }

  [[nodiscard]] FetchRequest request(std::string ref = "refs/heads/main") const {
    return {.url = "file://" + folder_.path("work"),
            .ref = std::move(ref),
            .mirror = folder_.path("mirrors/work.git"),
            .deadline = 20s};
  }

  /// The bytes of a.yaml at a commit, out of the mirror.
  [[nodiscard]] std::string content(const std::string& commit) const {
    const auto tree = open_commit(request().mirror, commit, "", "main");
    if (!tree) return "error: " + tree.error().message;
    return (*tree)->read("a.yaml", 1000).value_or("error");
  }

  [[nodiscard]] const std::string& first() const { return first_; }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
  std::string first_;
};

std::string outcome(const FetchRequest& request) {
  const auto commit = fetch(request);
  return commit ? commit->commit : "error: " + commit.error().message;
}

bool contains_any(const fs::path& folder, std::string_view part) {
  const fs::recursive_directory_iterator files(folder);
  return std::any_of(begin(files), end(files),
                     [&](const fs::directory_entry& file) { return file.path().filename().string().contains(part); });
}

std::string loopback_url(std::string_view scheme, const test::SilentPeer& peer) {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(peer.port()) + "/repository.git";
}

}  // namespace

TEST_CASE("a fetch makes the mirror and tells the commit of the branch") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a fetch brings new commits and an unchanged branch stays as it is") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(outcome(remote.request()) == remote.first());
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request()) == second);
  CHECK(remote.content(second) == "two");
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a folder is a remote like a file URL") {
  const Remote remote;
  auto request = remote.request();
  request.url = remote.folder().path("work");
  CHECK(outcome(request) == remote.first());
}

TEST_CASE("a branch whose history was rewritten is followed") {
  const Remote remote;
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request()) == second);
  remote.run({"reset", "--quiet", "--hard", remote.first()});
  const auto other = remote.commit("other");
  CHECK(outcome(remote.request()) == other);
  CHECK(remote.content(other) == "other");
}

TEST_CASE("a branch that has gone is an error and the mirror keeps the last good commit") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  remote.run({"branch", "--move", "main", "trunk"});
  CHECK(outcome(remote.request()) == "error: cannot fetch from " + remote.request().url +
                                         ": branch \"main\" does not exist at " + remote.request().url);
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a branch may give its name to a folder of branches") {
  const Remote remote;
  remote.run({"branch", "team"});
  CHECK(outcome(remote.request("refs/heads/team")) == remote.first());
  remote.run({"branch", "--delete", "--force", "team"});
  remote.run({"branch", "team/a"});
  CHECK(outcome(remote.request("refs/heads/team/a")) == remote.first());
}

TEST_CASE("tags are followed to their commit, with a message or without") {
  const Remote remote;
  remote.run({"tag", "plain"});
  remote.run({"tag", "--annotate", "--message", "x", "v1"});
  CHECK(outcome(remote.request("refs/tags/plain")) == remote.first());
  CHECK(outcome(remote.request("refs/tags/v1")) == remote.first());
  CHECK(outcome(remote.request("refs/tags/v2")).ends_with("tag \"v2\" does not exist at " + remote.request().url));
}

TEST_CASE("the newest tag in a range of versions is followed") {
  const Remote remote;
  remote.run({"tag", "v1.9.0"});
  const auto second = remote.commit("two");
  remote.run({"tag", "--annotate", "--message", "x", "v1.10.0"});
  const auto request = remote.request(full_ref(RefKind::semver, ">=1.2 <2").value());
  const auto fetched = fetch(request);
  REQUIRE(fetched);
  CHECK(fetched->commit == second);
  CHECK(fetched->label == "v1.10.0");
  remote.commit("three");
  remote.run({"tag", "v2.0.0"});
  CHECK(outcome(request) == second);
  remote.run({"tag", "--delete", "v1.10.0"});
  CHECK(outcome(request) == remote.first());
  CHECK(outcome(remote.request("semver:^3")).ends_with("a tag in \"^3\" does not exist at " + request.url));
}

TEST_CASE("the name of a branch or tag is told with its commit") {
  const Remote remote;
  remote.run({"tag", "release/1"});
  CHECK(fetch(remote.request())->label == "main");
  CHECK(fetch(remote.request("refs/tags/release/1"))->label == "release/1");
  CHECK(fetch(remote.request(remote.first()))->label.empty());
}

TEST_CASE("a commit is found by its id wherever a branch or tag reaches it") {
  const Remote remote;
  const auto second = remote.commit("two");
  CHECK(outcome(remote.request(remote.first())) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
  fs::remove_all(remote.folder().path("work"));  // it is in the mirror: nobody has to be asked
  CHECK(outcome(remote.request(second)) == second);
  const std::string nowhere(40, 'a');
  CHECK(outcome(remote.request(nowhere)).starts_with("error: "));
}

TEST_CASE("a commit that no branch reaches does not exist") {
  const Remote remote;
  CHECK(outcome(remote.request(std::string(40, 'a')))
            .ends_with("commit " + std::string(40, 'a') + " does not exist at " + remote.request().url));
}

TEST_CASE("a repository without commits and a folder without a repository are errors") {
  const TempFolder folder;
  git(folder.path(), {"init", "--quiet", "empty"});
  fs::create_directory(folder.path("nothing"));
  FetchRequest request{
      .url = folder.path("empty"), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s};
  CHECK(outcome(request).ends_with("branch \"main\" does not exist at " + request.url));
  request.url = folder.path("nothing");
  CHECK(outcome(request).starts_with("error: cannot fetch from " + request.url));
  request.url = folder.path("gone");
  CHECK(outcome(request).starts_with("error: cannot fetch from " + request.url));
}

TEST_CASE("a mirror that is no repository any more is made afresh") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const std::string mirror = remote.request().mirror;
  SUBCASE("without its HEAD") {
    fs::remove(mirror + "/HEAD");
  }
  SUBCASE("without its objects") {
    fs::remove_all(mirror + "/objects");
    fs::create_directory(mirror + "/objects");
  }
  SUBCASE("with a pack that is cut short") {
    for (const auto& file : fs::recursive_directory_iterator(mirror + "/objects")) {
      if (!file.is_regular_file()) continue;
      fs::permissions(file.path(), fs::perms::owner_all);
      fs::resize_file(file.path(), 10);
    }
  }
  SUBCASE("with garbage as its configuration") {
    std::ofstream(mirror + "/config") << "[[[\n";
  }
  SUBCASE("with a file in its place") {
    fs::remove_all(mirror);
    std::ofstream(mirror) << "x";
  }
  CHECK(outcome(remote.request()) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
  CHECK_FALSE(fs::exists(mirror + ".fresh"));
}

TEST_CASE("a mirror is made afresh on demand while a reader holds the old one") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const auto tree = open_commit(remote.request().mirror, remote.first(), "", "main");
  REQUIRE(tree);
  auto request = remote.request();
  request.rebuild = true;
  CHECK(outcome(request) == remote.first());
  CHECK((*tree)->read("a.yaml", 100).value() == "one");
}

TEST_CASE("a mirror that is made afresh is read anew while a reader holds the damaged one of the same objects") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const std::string mirror = remote.request().mirror;
  for (const auto& file : fs::directory_iterator(mirror + "/objects/pack")) {
    if (file.path().extension() != ".pack") continue;
    fs::permissions(file.path(), fs::perms::owner_all);
    // The end is a checksum of 20 bytes, before it lies the last object.
    std::fstream pack(file.path(), std::ios::binary | std::ios::in | std::ios::out);
    pack.seekp(-25, std::ios::end);
    pack << "XXXXX";
  }
  const auto damaged = open_commit(mirror, remote.first(), "", "main").value();
  CHECK_FALSE(damaged->read("a.yaml", 100));
  CHECK(damaged->is_damaged());
  auto request = remote.request();
  request.rebuild = true;
  CHECK(outcome(request) == remote.first());
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("a corrupt mirror stays as it is while the remote cannot be reached") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  auto request = remote.request();
  request.url = remote.folder().path("gone");
  request.rebuild = true;
  CHECK(outcome(request).starts_with("error: "));
  CHECK(remote.content(remote.first()) == "one");
}

TEST_CASE("what a killed fetch left behind is cleared away") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const auto second = remote.commit("two");
  const std::string mirror = remote.request().mirror;
  std::ofstream(mirror + "/refs/plumbline/refs%2Fheads%2Fmain.lock") << "x";
  std::ofstream(mirror + "/objects/pack/pack_git2_a1b2c3") << "x";
  fs::create_directory(mirror + ".fresh");
  std::ofstream(mirror + ".fresh/HEAD") << "x";
  CHECK(outcome(remote.request()) == second);
  CHECK_FALSE(contains_any(mirror, "pack_git2_a1b2c3"));
  CHECK_FALSE(fs::exists(mirror + ".fresh"));
}

TEST_CASE("two fetches of one mirror wait for one another") {
  const Remote remote;
  std::vector<std::string> commits(4);
  std::vector<std::thread> threads;
  threads.reserve(commits.size());
  for (std::string& commit : commits) {
    threads.emplace_back([&remote, &commit] { commit = outcome(remote.request()); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(commits == std::vector<std::string>(4, remote.first()));
}

TEST_CASE("a mirror that somebody else holds is an error within the deadline") {
  const Remote remote;
  CHECK(outcome(remote.request()) == remote.first());
  const Descriptor lock(::open((remote.request().mirror + ".lock").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  auto request = remote.request();
  request.deadline = 4s;  // a tenth is left for the start of a process on a busy machine
  CHECK(outcome(request) == "error: another fetch works on the mirror \"" + request.mirror + "\"");
}

TEST_CASE("a silent peer ends the fetch at its deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  for (const char* scheme : {"git", "http"}) {
    CAPTURE(scheme);
    const auto begin = std::chrono::steady_clock::now();
    const FetchRequest request{.url = loopback_url(scheme, peer),
                               .ref = "refs/heads/main",
                               .mirror = folder.path("mirror"),
                               .deadline = 700ms};
    // On a busy machine the child may have begun too late to say it itself.
    const auto told = outcome(request);
    CHECK_MESSAGE((told.ends_with(": the server is silent") || told.ends_with(": no end within 700 ms")), told);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
  }
}

TEST_CASE("a peer that is silent under TLS ends the fetch with a reason before the deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  const FetchRequest request{
      .url = loopback_url("https", peer), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 2s};
  CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": TLS: the server is silent");
}

TEST_CASE("a peer that is silent under ssh ends the fetch at its deadline") {
  const test::SilentPeer peer;
  const TempFolder folder;
  REQUIRE(run_child({.program = "/usr/bin/ssh-keygen",
                     .arguments = {"-q", "-t", "ed25519", "-N", "", "-f", folder.path("key")},
                     .max_output = 1000,
                     .deadline = 30s}));
  std::ifstream key(folder.path("key"));
  const FetchRequest request{.url = loopback_url("ssh", peer),
                             .ref = "refs/heads/main",
                             .mirror = folder.path("mirror"),
                             .ssh_key = Secret(std::string(std::istreambuf_iterator<char>(key), {})),
                             .deadline = 700ms};
  CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": no end within 700 ms");
}

TEST_CASE("a peer that is not there is an error") {
  const TempFolder folder;
  std::string url;
  {
    const test::SilentPeer closed;
    url = loopback_url("http", closed);
  }
  CHECK(outcome({.url = url, .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s})
            .starts_with("error: cannot fetch from " + url));
}

TEST_CASE("credentials go to the server that asks, once, and into no message") {
  const test::FixedAnswer server(
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n");
  const TempFolder folder;
  FetchRequest request{
      .url = loopback_url("http", server), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 20s};
  CHECK(outcome(request) ==
        "error: cannot fetch from " + request.url + ": it asks for a user and password, or does not exist");
  const auto without = server.requests().size();
  request.username = "robot";
  request.password = Secret("canary-4711");
  CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": the user and password were refused");
  const auto requests = server.requests();
  const auto with = std::count_if(requests.begin(), requests.end(), [](const std::string& head) {
    return head.contains("Authorization: Basic cm9ib3Q6Y2FuYXJ5LTQ3MTE=");  // robot:canary-4711
  });
  CHECK(with == 1);
  CHECK(requests.size() > without);
}

TEST_CASE("a redirect is not followed, wherever it leads") {
  const test::FixedAnswer target("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  const std::string elsewhere = loopback_url("http", target);
  for (const auto& location : {elsewhere + "/info/refs", elsewhere + "/info/refs?service=git-upload-pack",
                               std::string("/other.git/info/refs?service=git-upload-pack")}) {
    CAPTURE(location);
    const test::FixedAnswer server("HTTP/1.1 302 Found\r\nLocation: " + location +
                                   "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const TempFolder folder;
    const FetchRequest request{.url = loopback_url("http", server),
                               .ref = "refs/heads/main",
                               .mirror = folder.path("mirror"),
                               .deadline = 20s};
    CHECK(outcome(request) == "error: cannot fetch from " + request.url + ": it redirects to " + location +
                                  ", and redirects are not followed; write the URL that it has now");
    CHECK(server.requests().size() == 1);
  }
  CHECK(target.requests().empty());
}

TEST_CASE("the child inherits neither environment nor descriptors and its errors go nowhere") {
  ::setenv("PLUMBLINE_CANARY", "4711", 1);
  const int leaked = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as libraries do
  const auto output = run_child({.program = "/bin/sh",
                                 .arguments = {"-c", "cat; env; ls /proc/$$/fd; echo bad >&2"},
                                 .input = "input;",
                                 .max_output = 1000,
                                 .deadline = 20s});
  ::close(leaked);
  ::unsetenv("PLUMBLINE_CANARY");
  REQUIRE(output);
  CHECK(output->starts_with("input;"));
  CHECK_FALSE(output->contains("CANARY"));
  CHECK_FALSE(output->contains("bad"));
  CHECK(output->ends_with("\n0\n1\n2\n"));
}

TEST_CASE("a child that fails, says too much or never ends is an error") {
  const auto message = [](std::string script, std::chrono::milliseconds deadline = 20s) {
    const auto output = run_child({.program = "/bin/sh",
                                   .arguments = {"-c", std::move(script)},
                                   .input = std::string(1'000'000, 'x'),
                                   .max_output = 100,
                                   .deadline = deadline});
    return output ? "good: " + *output : output.error().message;
  };
  CHECK(message("cat > /dev/null; echo x") == "good: x\n");
  CHECK(message("echo early; exit 0") == "good: early\n");
  CHECK(message("exit 3") == "the child process ended with 3");
  CHECK(message("kill -SEGV $$") == "the child process was ended by signal 11");
  CHECK(message("while :; do echo x; done") == "the child process says too much");
  CHECK(message("exec sleep 60", 300ms) == "no end within 300 ms");
  CHECK(message("exec >&- <&-; exec sleep 60", 300ms) == "no end within 300 ms");
  CHECK(run_child({.program = "/nowhere", .max_output = 1, .deadline = 1s}).error().message ==
        "/nowhere cannot be started: No such file or directory");
}

TEST_CASE("the child of a fetch dies with its parent") {
  const test::SilentPeer peer;
  const TempFolder folder;
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto never = fetch(
        {.url = loopback_url("git", peer), .ref = "refs/heads/main", .mirror = folder.path("mirror"), .deadline = 60s});
    std::_Exit(never ? 1 : 0);
  }
  const auto children = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
  pid_t child = 0;
  // The lock appears when the child has read its request, and so is tied to its parent.
  while (child == 0 || !fs::exists(folder.path("mirror.lock"))) {
    std::ifstream(children) >> child;
    std::this_thread::yield();
  }
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const auto end = std::chrono::steady_clock::now() + 10s;
  const auto is_alive = [&] {
    std::ifstream file("/proc/" + std::to_string(child) + "/stat");
    std::string word;
    file >> word >> word >> word;
    return file.good() && word != "Z";
  };
  while (is_alive() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK_FALSE(is_alive());
}

TEST_CASE("a remote that sends more than the limit is an error and leaves no pack behind") {
  const Remote remote;
  std::string noise;
  for (unsigned i = 0, state = 1; i < 400'000; ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    noise += static_cast<char>(state >> 24U);
  }
  remote.commit(noise);
  auto request = remote.request();
  request.max_bytes = 100'000;
  CHECK(outcome(request).starts_with("error: "));
  CHECK_FALSE(contains_any(request.mirror, "pack-"));
  request.max_bytes = 10'000'000;
  CHECK_FALSE(outcome(request).starts_with("error: "));
}

TEST_CASE("a request survives its way to the child, the password with every byte") {
  FetchRequest request{.url = "https://example.com/x",
                       .ref = "refs/heads/\"x\"",
                       .mirror = "/m",
                       .username = "u",
                       .password = Secret(std::string_view("p\n\0{\"", 5)),
                       .ssh_key = Secret("-----BEGIN\nkey\n"),
                       .known_hosts = "a ssh-ed25519 AAAA\n",
                       .deadline = 1234ms,
                       .max_bytes = 5,
                       .max_memory = 6,
                       .ca_file = "/ca",
                       .rebuild = true};
  const auto received = decode_request(encode_request(request, 42));
  REQUIRE(received);
  CHECK(received->parent == 42);
  CHECK(received->request.url == request.url);
  CHECK(received->request.ref == request.ref);
  CHECK(received->request.mirror == "/m");
  CHECK(received->request.username == "u");
  CHECK(received->request.password.reveal() == request.password.reveal());
  CHECK(received->request.ssh_key.reveal() == request.ssh_key.reveal());
  CHECK(received->request.known_hosts == request.known_hosts);
  CHECK(received->request.deadline == 1234ms);
  CHECK(received->request.max_bytes == 5);
  CHECK(received->request.max_memory == 6);
  CHECK(received->request.ca_file == "/ca");
  CHECK(received->request.rebuild);
  CHECK_FALSE(decode_request("{}\n"));
  CHECK_FALSE(decode_request("no line"));
  CHECK_FALSE(decode_answer(""));
  CHECK_FALSE(decode_answer("{}"));
  const auto answer = decode_answer(encode_answer(Fetched{.commit = "c", .label = "v1"}));
  REQUIRE(answer);
  CHECK(answer->commit == "c");
  CHECK(answer->label == "v1");
}

TEST_CASE("URLs of known kinds pass, and plain http and git to loopback only") {
  for (const char* good : {"https://git.example.com/a/b.git", "https://git.example.com:8443/a",
                           "http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:80/a", "git://127.0.0.1/a",
                           "file:///srv/a.git", "/srv/a b", "./a", "../a"}) {
    CAPTURE(good);
    CHECK(check_remote(good));
  }
  const auto error = [](std::string_view url) {
    const auto checked = check_remote(url);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(error("http://git.example.com/a") == "http:// is not encrypted and accepted to loopback only; use https://");
  CHECK(error("git://git.example.com/a") == "git:// is not encrypted and accepted to loopback only; use https://");
  CHECK(error("http://127.0.0.1.example.com/a") != "");
  CHECK(error("http://localhost.example.com/a") != "");
  CHECK(error("http://127.0.0.1@example.com/a") != "");
  CHECK(error("oci://example.com/a") == "oci:// is not supported yet by this version");
  CHECK(error("ssh://git:canary@example.com/a") == "the URL of a repository may not hold a password");
  CHECK(error("ssh://-oProxyCommand=id/a") == "the host in the URL of the repository is no name");
  CHECK(error("-oProxyCommand=id@example.com:a") == "the user in the URL of the repository is no name");
  CHECK(error("ssh://git@example.com:0/a") == "the port in the URL of the repository is none");
  CHECK(error("https://example.com:x/a") == "the port in the URL of the repository is none");
  CHECK(error("git@example.com:") != "");
  CHECK(error("ext::sh -c id") != "");
  CHECK(error("ftp://example.com/a") ==
        "the URL of a repository begins with https://, ssh:// or file://, or is a folder");
  CHECK(error("https:///a") == "the URL of the repository names no host");
  CHECK(error("https://example.com/a\nhost=evil") == "the URL of the repository holds a space or control character");
  CHECK(error("") == "the repository has no URL");
  CHECK(error("workers") != "");
}

TEST_CASE("ssh is written as a URL or as scp writes it") {
  const auto parts = [](std::string_view url) {
    const auto remote = check_remote(url);
    if (!remote) return remote.error().message;
    CHECK(remote->is_ssh);
    return remote->user + " " + remote->host + " " + std::to_string(remote->port);
  };
  CHECK(parts("ssh://git@git.example.com/edge/workers.git") == "git git.example.com 22");
  CHECK(parts("ssh://git.example.com:2222/a") == " git.example.com 2222");
  CHECK(parts("ssh://git@[::1]:2222/a") == "git ::1 2222");
  CHECK(parts("git@git.example.com:edge/workers.git") == "git git.example.com 22");
  CHECK_FALSE(check_remote("https://git.example.com/a")->is_ssh);
}

TEST_CASE("ssh without a key that can be used is refused before anybody is asked") {
  const test::SilentPeer peer;
  const TempFolder folder;
  FetchRequest request{.url = "ssh://git@127.0.0.1:" + std::to_string(peer.port()) + "/a",
                       .ref = "refs/heads/main",
                       .mirror = folder.path("mirror"),
                       .deadline = 20s};
  CHECK(outcome(request) ==
        "error: cannot fetch from " + request.url + ": it needs credentials with ssh_key and known_hosts");
  request.ssh_key = Secret("canary-4711");
  const auto message = outcome(request);
  CHECK(message.contains("the ssh key is no private key"));
  CHECK_FALSE(message.contains("canary"));
}

TEST_CASE("a URL with credentials is refused without repeating them") {
  const auto checked = check_remote("https://robot:canary-4711@example.com/a");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message ==
        "the URL of a repository may not hold a user or password; write them under "
        "\"credentials\"");
}

TEST_CASE("branches, tags and commits have full names") {
  CHECK(full_ref(RefKind::branch, "main").value() == "refs/heads/main");
  CHECK(full_ref(RefKind::branch, "team/feature").value() == "refs/heads/team/feature");
  CHECK(full_ref(RefKind::tag, "v1.2").value() == "refs/tags/v1.2");
  CHECK(full_ref(RefKind::commit, std::string(40, 'A')).value() == std::string(40, 'a'));
  CHECK(full_ref(RefKind::semver, "^1.2").value() == "semver:^1.2");
  CHECK_FALSE(full_ref(RefKind::semver, "latest"));
  CHECK_FALSE(full_ref(RefKind::commit, "main"));
  CHECK_FALSE(full_ref(RefKind::commit, std::string(40, 'g')));
  for (const char* bad :
       {"", "a..b", "a b", "a:b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "@", "a@{1}", "a\nb", "a*", "a."}) {
    CAPTURE(bad);
    CHECK_FALSE(full_ref(RefKind::branch, bad));
  }
}

}  // namespace plumbline::manifests
