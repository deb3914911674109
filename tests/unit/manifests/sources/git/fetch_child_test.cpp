#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "manifests/sources/git/fetch_message.h"
#include "tests/support/fetch.h"
#include "tests/unit/manifests/fetch_support.h"

// The process that fetches, and what it is told.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::loopback_url;
using test::TempFolder;
using testing::fetch;

}  // namespace

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
                       .rebuild = true,
                       .source = "production",
                       .in_force = "0123"};
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
  CHECK(received->request.source == "production");
  CHECK(received->request.in_force == "0123");
  CHECK_FALSE(decode_request("{}\n"));
  CHECK_FALSE(decode_request("no line"));
  CHECK_FALSE(decode_answer(""));
  CHECK_FALSE(decode_answer("{}"));
  const auto answer = decode_answer(encode_answer(Fetched{.commit = "c", .label = "v1", .warning = "w"}));
  REQUIRE(answer);
  CHECK(answer->commit == "c");
  CHECK(answer->label == "v1");
  CHECK(answer->warning == "w");
}

}  // namespace plumbline::manifests
