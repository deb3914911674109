#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/config/read_file.h"
#include "daemon/config/service_credentials.h"
#include "daemon/config/value_reference.h"
#include "tests/support/temporary_folder.h"

namespace plumbline::daemon {
namespace {

// A folder that goes with the test.
class Folder : public testing::TemporaryFolder {
 public:
  [[nodiscard]] std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
};

ValueReference file(std::string path) {
  return {ValueReference::Kind::file, std::move(path)};
}

const Environment kNothing = Environment::of({});

TEST_CASE("a value comes from a variable, and an empty one is as good as none") {
  const auto environment = Environment::of({{"TOKEN", "t0ken"}, {"EMPTY", ""}});
  CHECK(resolve({ValueReference::Kind::env, "TOKEN"}, environment)->reveal() == "t0ken");
  const auto missing = resolve({ValueReference::Kind::env, "EMPTY"}, environment);
  REQUIRE(!missing);
  CHECK(missing.error().message == "the variable EMPTY is not set");
}

TEST_CASE("a value comes from a file without the end of its line, and is read anew each time") {
  const Folder folder;
  const auto path = folder.write("token", "t0ken\n");
  CHECK(resolve(file(path), kNothing)->reveal() == "t0ken");
  (void)folder.write("token", "rotated\r\n");
  CHECK(resolve(file(path), kNothing)->reveal() == "rotated");
}

TEST_CASE("a credential is a file of the folder that systemd names") {
  const Folder folder;
  (void)folder.write("token", "t0ken");
  const ValueReference credential{ValueReference::Kind::credential, "token"};
  CHECK(resolve(credential, Environment::of({{"CREDENTIALS_DIRECTORY", folder.path().string()}}))->reveal() == "t0ken");
  const auto without = resolve(credential, kNothing);
  REQUIRE(!without);
  CHECK(without.error().message.find("CREDENTIALS_DIRECTORY") != std::string::npos);
}

TEST_CASE("credentials that a service was not given are told at its start, all at once, with how to give them") {
  const Folder folder;
  (void)folder.write("empty", "\n");
  (void)folder.write("key", "one line\nanother line\n");
  const auto loaded = parse_config("plumbline.yaml", R"(apiVersion: plumbline.dev/v1beta1
kind: Config
instance: edge
fingerprint_key: {file: /nowhere}
accounts:
  main:
    account_id: 023e105f4ecef8ad9ca31a8372d0c353
    api_token: {credential: empty}
sources:
  production:
    repository: git@git.example.com:edge/workers.git
    branch: main
    credentials: {ssh_key: {credential: key}, known_hosts: {credential: hosts}}
    account: main
    policy: sync
)");
  REQUIRE(loaded.diagnostics.empty());
  const auto environment = Environment::of({{"CREDENTIALS_DIRECTORY", folder.path().string()}});
  std::string lines;
  for (const auto& problem : service_credential_problems("plumbline.yaml", loaded.config, environment)) {
    lines += to_text(problem) + '\n';
  }
  // A file may still come, a credential cannot.
  CHECK(lines ==
        "plumbline.yaml: error: accounts.main.api_token: the credential empty is empty; put the value into the file "
        "that the service's LoadCredential=empty:FILE names, then restart the service\n"
        "plumbline.yaml: error: sources.production.credentials.known_hosts: the credential hosts: No such file or "
        "directory; put the value into the file that the service's LoadCredential=hosts:FILE names, then restart the "
        "service\n");
}

TEST_CASE("values that could not be meant are refused without being shown") {
  const Folder folder;
  for (const auto& bytes : {std::string(), std::string("\n"), std::string("s3cret\nmore"), std::string("s3cret\x1b"),
                            std::string(70'000, 's')}) {
    const auto value = resolve(file(folder.write("token", bytes)), kNothing);
    REQUIRE(!value);
    CHECK(value.error().message.find("the file ") == 0);
    CHECK(value.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a value of several lines is taken as it is") {
  const Folder folder;
  const std::string key = "-----BEGIN\r\n\tkey\n-----END\n";
  CHECK(resolve_lines(file(folder.write("key", key)), kNothing)->reveal() == key);
  CHECK(resolve_lines({ValueReference::Kind::env, "KEY"}, Environment::of({{"KEY", key}}))->reveal() == key);
  for (const auto& bytes : {std::string("\n\n"), std::string("s3cret\x1b"), std::string("s3c\0ret", 7)}) {
    const auto value = resolve_lines(file(folder.write("key", bytes)), kNothing);
    REQUIRE(!value);
    CHECK(value.error().message.find("s3c") == std::string::npos);
  }
}

TEST_CASE("what is no regular file is not read") {
  const Folder folder;
  CHECK(read_file(folder.path().string(), 10).error().message == "not a regular file");
  CHECK(read_file(folder.path().string() + "/none", 10).error().message == "No such file or directory");
  CHECK(read_file("/dev/zero", 10).error().message == "not a regular file");
}

TEST_CASE("a file of exactly the cap is read, a larger one is not") {
  const Folder folder;
  CHECK(*read_file(folder.write("a", "0123456789"), 10) == "0123456789");
  CHECK(!read_file(folder.write("b", "0123456789x"), 10));
}

TEST_CASE("folders follow the XDG variables, and relative ones are ignored") {
  CHECK(state_folder(Environment::of({{"HOME", "/home/a"}})) == "/home/a/.local/state/plumbline");
  CHECK(state_folder(Environment::of({{"HOME", "/home/a"}, {"XDG_STATE_HOME", "/s"}})) == "/s/plumbline");
  CHECK(cache_folder(Environment::of({{"HOME", "/home/a"}, {"XDG_CACHE_HOME", "c"}})) == "/home/a/.cache/plumbline");
  const auto service = Environment::of({{"HOME", "/home/a"},
                                        {"XDG_STATE_HOME", "/s"},
                                        {"STATE_DIRECTORY", "/var/lib/one:/var/lib/two"},
                                        {"CACHE_DIRECTORY", "/var/cache/one"}});
  CHECK(state_folder(service) == "/var/lib/one");
  CHECK(cache_folder(service) == "/var/cache/one");
}

}  // namespace
}  // namespace plumbline::daemon
