#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/base64.h"
#include "manifests/sources/git/git_known_hosts.h"
#include "manifests/sources/git/git_ssh_key.h"
#include "tests/support/children.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using namespace std::chrono_literals;
using test::TempFolder;
using testing::run_child;

// Public keys made for these tests; their private halves were thrown away.
constexpr std::string_view kEd25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIEghNdQdCFX/YV1MPPfTWkbaXJ8UHHEWNQpX0dV5dHPa";
constexpr std::string_view kOther = "AAAAC3NzaC1lZDI1NTE5AAAAILxubUgoMAqPWX/1A5z80pbKSD63CLZlYrGUReDuGOqi";

std::string key(std::string_view base64) {
  return from_base64(base64).value();
}

std::string line(std::string_view names, std::string_view base64 = kEd25519) {
  return std::string(names) + " ssh-ed25519 " + std::string(base64) + " a comment\n";
}

std::size_t trusted(const std::string& known_hosts, std::string_view host, std::uint16_t port = 22) {
  return keys_of_host(known_hosts, host, port).trusted.size();
}

std::string refusal(const std::string& known_hosts, std::string_view shown, std::uint16_t port = 22) {
  const auto checked = check_host_key(keys_of_host(known_hosts, "git.example.com", port), shown);
  return checked ? std::string() : checked.error().message;
}

// A key made by ssh-keygen, as the text of its file.
std::string made_key(const TempFolder& folder, std::vector<std::string> how) {
  how.insert(how.end(), {"-q", "-f", folder.path("key")});
  REQUIRE(run_child({.program = "/usr/bin/ssh-keygen", .arguments = how, .max_output = 10'000, .deadline = 30s}));
  std::ifstream file(folder.path("key"));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string problem(const std::string& private_key) {
  const auto checked = check_private_key(private_key);
  return checked ? std::string() : checked.error().message;
}

}  // namespace

TEST_CASE("a host is known by its name, one of several, or a pattern") {
  CHECK(trusted(line("git.example.com"), "git.example.com") == 1);
  CHECK(trusted(line("a,Git.Example.com,b"), "GIT.example.com") == 1);
  CHECK(trusted(line("*.example.com"), "git.example.com") == 1);
  CHECK(trusted(line("git?.example.com"), "git1.example.com") == 1);
  CHECK(trusted(line("*.example.com,!git.example.com"), "git.example.com") == 0);
  CHECK(trusted(line("example.com"), "git.example.com") == 0);
  CHECK(trusted("# " + line("git.example.com"), "git.example.com") == 0);
  CHECK(trusted("  \t" + line("git.example.com"), "git.example.com") == 1);
  CHECK(trusted("git.example.com\tssh-ed25519\t" + std::string(kEd25519) + "\r\n", "git.example.com") == 1);
}

TEST_CASE("another port than 22 is another host") {
  CHECK(trusted(line("git.example.com"), "git.example.com", 2222) == 0);
  CHECK(trusted(line("[git.example.com]:2222"), "git.example.com", 2222) == 1);
  CHECK(trusted(line("[git.example.com]:2222"), "git.example.com", 22) == 0);
  CHECK(trusted(line("[*.example.com]:2222"), "git.example.com", 2222) == 1);
  CHECK(trusted(line("[::1]:2222"), "::1", 2222) == 1);
}

TEST_CASE("hashed names are found as ssh-keygen -H writes them") {
  // ssh-keygen -H made this of git.example.com.
  const std::string hashed = "|1|peQYIU0HmzHpRJ/aVIT9g2rArfo=|HcdIuWtg+V/Ml2JTeXMxRjXfunc=";
  CHECK(trusted(line(hashed), "git.example.com") == 1);
  CHECK(trusted(line(hashed), "other.example.com") == 0);
  CHECK(trusted(line("|1|c2FsdA==|"), "git.example.com") == 0);
  CHECK(trusted(line("|1|nothing"), "git.example.com") == 0);
}

TEST_CASE("lines that are none are passed over, and a key of another kind than its line says") {
  CHECK(trusted("git.example.com ssh-ed25519\n", "git.example.com") == 0);
  CHECK(trusted("git.example.com ssh-ed25519 AAAA!\n", "git.example.com") == 0);
  CHECK(trusted("git.example.com ssh-rsa " + std::string(kEd25519) + "\n", "git.example.com") == 0);
  CHECK(trusted("@cert-authority " + line("git.example.com"), "git.example.com") == 0);
  CHECK(trusted("@revoked " + line("git.example.com"), "git.example.com") == 0);
  CHECK(trusted("\n\n" + line("git.example.com"), "git.example.com") == 1);
}

TEST_CASE("a key is accepted if it is the one of the host, any of several") {
  CHECK(refusal(line("git.example.com"), key(kEd25519)).empty());
  CHECK(refusal(line("git.example.com", kOther) + line("git.example.com"), key(kEd25519)).empty());
}

TEST_CASE("an unknown key is refused with its fingerprint and how to add it") {
  CHECK(refusal("", key(kEd25519), 2222) ==
        "the host is unknown: the ssh-ed25519 key of [git.example.com]:2222 is " + fingerprint(key(kEd25519)) +
            "; compare it with what the server's owner publishes, then add the line that \"ssh-keyscan -p 2222 "
            "git.example.com\" prints to known_hosts");
}

TEST_CASE("a changed key is refused") {
  const auto message = refusal(line("git.example.com", kOther), key(kEd25519));
  CHECK(message.starts_with("the host has changed: the ssh-ed25519 key of git.example.com is SHA256:"));
  CHECK(message.contains("ssh-keyscan git.example.com"));
}

TEST_CASE("a revoked key is refused even where it is trusted") {
  const auto message = refusal(line("git.example.com") + "@revoked " + line("*"), key(kEd25519));
  CHECK(message.ends_with(", which known_hosts marks as revoked"));
}

TEST_CASE("a fingerprint is what ssh-keygen -l shows") {
  CHECK(fingerprint("").starts_with("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"));
  const TempFolder folder;
  made_key(folder, {"-t", "ed25519", "-N", ""});
  const auto shown = run_child({.program = "/usr/bin/ssh-keygen",
                                .arguments = {"-l", "-f", folder.path("key.pub")},
                                .max_output = 1000,
                                .deadline = 30s});
  REQUIRE(shown);
  std::ifstream file(folder.path("key.pub"));
  std::string type;
  std::string base64;
  file >> type >> base64;
  CHECK(shown->contains(" " + fingerprint(key(base64)) + " "));
}

TEST_CASE("a host of which only an RSA key is known is told before connecting") {
  constexpr std::string_view kRsa = "AAAAB3NzaC1yc2E=";  // nothing but its type
  const auto keys = keys_of_host("git.example.com ssh-rsa " + std::string(kRsa) + "\n", "git.example.com", 22);
  REQUIRE(keys.trusted.size() == 1);
  CHECK(check_usable(keys).error().message ==
        "known_hosts has only keys of git.example.com that cannot be used here (ssh-rsa); add its ed25519 or ecdsa "
        "key, which \"ssh-keyscan git.example.com\" prints");
  CHECK(check_usable(keys_of_host(line("git.example.com"), "git.example.com", 22)));
}

TEST_CASE("trusted keys are written as plain lines with a port") {
  const auto keys = keys_of_host(line("*.example.com"), "git.example.com", 22);
  CHECK(to_known_hosts(keys, "git.example.com", 22) ==
        "[git.example.com]:22 ssh-ed25519 " + std::string(kEd25519) + "\n");
}

TEST_CASE("ed25519 and ecdsa keys without a passphrase can be used") {
  const TempFolder folder;
  CHECK(problem(made_key(folder, {"-t", "ed25519", "-N", ""})).empty());
  std::filesystem::remove(folder.path("key"));
  CHECK(problem(made_key(folder, {"-t", "ecdsa", "-N", ""})).empty());
}

TEST_CASE("other keys are refused with what to do instead") {
  const TempFolder folder;
  SUBCASE("RSA") {
    CHECK(problem(made_key(folder, {"-t", "rsa", "-N", ""})) ==
          "the ssh key is an RSA key, which servers refuse from this program (libssh2 1.10 signs with SHA-1); make one "
          "that can be used with: ssh-keygen -t ed25519 -N '' -f KEY");
  }
  SUBCASE("RSA in the old format") {
    CHECK(problem(made_key(folder, {"-t", "rsa", "-N", "", "-m", "PEM"})).starts_with("the ssh key is an RSA key"));
  }
  SUBCASE("another format") {
    CHECK(problem(made_key(folder, {"-t", "ecdsa", "-N", "", "-m", "PKCS8"})).contains("ssh-keygen -p -N '' -f KEY"));
  }
  SUBCASE("with a passphrase") {
    CHECK(problem(made_key(folder, {"-t", "ed25519", "-N", "secret"})).contains("is locked by a passphrase"));
  }
  SUBCASE("what is no key") {
    for (const char* text :
         {"", "key", "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
          "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n"}) {
      CAPTURE(text);
      CHECK(problem(text).starts_with("the ssh key is not a private key in OpenSSH's format; "));
    }
  }
}

TEST_CASE("a string of ssh that is cut short is none") {
  std::string_view wire("\0\0\0\5abc", 7);
  CHECK_FALSE(take_ssh_string(wire));
  wire = std::string_view("\0\0", 2);
  CHECK_FALSE(take_ssh_string(wire));
  wire = std::string_view("\0\0\0\1ab", 6);
  CHECK(take_ssh_string(wire) == "a");
  CHECK(wire == "b");
}

}  // namespace plumbline::manifests
