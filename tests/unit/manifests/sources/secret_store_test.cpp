#include "manifests/sources/secret_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::TempFolder;

std::unique_ptr<SecretStore> open_store(const TempFolder& folder) {
  auto store = open_directory_store("prod", folder.path());
  REQUIRE(store);
  return *std::move(store);
}

std::string value_of(const SecretStore& store, std::string_view key) {
  const auto secret = store.read(key);
  return secret ? std::string(secret->reveal()) : "error: " + secret.error().message;
}

}  // namespace

TEST_CASE("a secret is the bytes of its file without one end of a line at the end") {
  const TempFolder folder;
  folder.write("a", "value\n");
  folder.write("b", "two\n\n");
  folder.write("checkout/signing", "-----BEGIN\nkey");
  const auto store = open_store(folder);
  CHECK(value_of(*store, "a") == "value");
  CHECK(value_of(*store, "b") == "two\n");
  folder.write("crlf", "value\r\n");
  folder.write("pem", "-----BEGIN\r\nkey\r\n-----END\r\n");
  CHECK(value_of(*store, "crlf") == "value");
  CHECK(value_of(*store, "pem") == "-----BEGIN\r\nkey\r\n-----END");
  CHECK(value_of(*store, "checkout/signing") == "-----BEGIN\nkey");
}

TEST_CASE("a rotated secret is seen at the next read") {
  const TempFolder folder;
  folder.write("a", "old");
  const auto store = open_store(folder);
  CHECK(value_of(*store, "a") == "old");
  folder.write("a", "new");
  CHECK(value_of(*store, "a") == "new");
}

TEST_CASE("the links of a Kubernetes mount are followed, also while they are swapped") {
  const TempFolder folder;
  folder.write("..2026_10_01/token", "one\n");
  std::filesystem::create_symlink("..2026_10_01", folder.path("..data"));
  std::filesystem::create_symlink("..data/token", folder.path("token"));
  const auto store = open_store(folder);
  CHECK(value_of(*store, "token") == "one");
  folder.write("..2026_10_02/token", "two\n");
  std::filesystem::create_symlink("..2026_10_02", folder.path("..data_tmp"));
  std::filesystem::rename(folder.path("..data_tmp"), folder.path("..data"));
  CHECK(value_of(*store, "token") == "two");
}

TEST_CASE("nothing outside of the folder is reached") {
  const TempFolder outside;
  outside.write("secret", "outside");
  const TempFolder folder;
  folder.write("inside", "x");
  std::filesystem::create_symlink(outside.path("secret"), folder.path("absolute"));
  std::filesystem::create_symlink("../" + std::filesystem::path(outside.path()).filename().string() + "/secret",
                                  folder.path("relative"));
  std::filesystem::create_directory_symlink(outside.path(), folder.path("folder"));
  const auto store = open_store(folder);
  for (const char* key : {"absolute", "relative", "folder/secret"}) {
    CAPTURE(key);
    CHECK(value_of(*store, key) ==
          "error: secret store \"prod\", key \"" + std::string(key) + "\": the path leaves the folder");
  }
  for (const char* key :
       {"../inside", "/etc/passwd", "a/../inside", "..", ".", "", "a//b", "a/b/c", "..data/x", "in side"}) {
    CAPTURE(key);
    const auto answer = value_of(*store, key);
    CHECK(answer.starts_with("error: secret store \"prod\": the key "));
  }
}

TEST_CASE("what is no file with a value is an error that names store and key") {
  const TempFolder folder;
  folder.write("empty", "");
  folder.write("newline", "\r\n");
  folder.write("marked", "\xEF\xBB\xBFvalue");
  folder.write("binary", "value\xFF");
  folder.write("large", std::string(64UL * 1024 + 1, 'x'));
  folder.write("largest", std::string(64UL * 1024, 'x'));
  folder.write("folder/x", "x");
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  const auto store = open_store(folder);
  CHECK(value_of(*store, "gone") == "error: secret store \"prod\", key \"gone\": No such file or directory");
  CHECK(value_of(*store, "empty") == "error: secret store \"prod\", key \"empty\": the file is empty");
  CHECK(value_of(*store, "newline") == "error: secret store \"prod\", key \"newline\": the file is empty");
  CHECK(value_of(*store, "marked") ==
        "error: secret store \"prod\", key \"marked\": the file begins with a byte order mark; save it as UTF-8 "
        "without one");
  CHECK(value_of(*store, "binary") ==
        "error: secret store \"prod\", key \"binary\": the file is not UTF-8; if it is not text, encode it, for "
        "instance as base64");
  CHECK(value_of(*store, "large") ==
        "error: secret store \"prod\", key \"large\": \"large\" is larger than 65536 bytes");
  CHECK(value_of(*store, "largest").size() == 64 * 1024);
  CHECK(value_of(*store, "folder") == "error: secret store \"prod\", key \"folder\": it is not a regular file");
  CHECK(value_of(*store, "pipe") == "error: secret store \"prod\", key \"pipe\": it is not a regular file");
}

TEST_CASE("a store whose folder is not there is an error") {
  CHECK(open_directory_store("prod", "/nowhere/at/all").error().message ==
        "secret store \"prod\": the folder \"/nowhere/at/all\" cannot be opened: No such file or "
        "directory");
}

}  // namespace plumbline::manifests
