#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

/// Real git servers of Debian's packages on 127.0.0.1, each ended with its object. What is missing on this machine is
/// told by lacks(), by which a test skips itself.
namespace plumbline::testing {

/// Prints `SKIPPED: /usr/sbin/sshd is not installed` for the first program that is not there, by which CTest counts the
/// test as skipped, and tells whether there is one.
bool lacks(const std::vector<std::string>& programs);

/// Runs a tool to its end in `folder`, with $HOME there; gives what it prints. Throws std::runtime_error if it fails.
std::string run_tool(const std::filesystem::path& folder, const std::string& program,
                     std::vector<std::string> arguments, std::string input = {});

/// `git daemon` over every repository below a folder.
class GitDaemon {
 public:
  static std::vector<std::string> programs() { return {"/usr/bin/git"}; }

  GitDaemon(const std::filesystem::path& repositories, const std::filesystem::path& folder);
  /// Of a repository by its path below the folder.
  [[nodiscard]] std::string url(const std::string& repository) const;

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// sshd with host keys of its own (ed25519 and ecdsa), which lets one client key in as the user who runs the test.
class SshServer {
 public:
  static std::vector<std::string> programs() { return {"/usr/sbin/sshd", "/usr/bin/ssh-keygen"}; }

  explicit SshServer(std::filesystem::path folder, const std::string& client_key_type = "ed25519");

  /// With the user in it; the repository is a path of this machine.
  [[nodiscard]] std::string url(const std::filesystem::path& repository) const;
  /// The text of the client's private key.
  [[nodiscard]] std::string client_key() const;
  /// The line of known_hosts for one of the host keys, `ed25519` or `ecdsa`.
  [[nodiscard]] std::string known_host(const std::string& type = "ed25519") const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::filesystem::path folder_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// A CA, and certificates of it.
class TestCa {
 public:
  explicit TestCa(std::filesystem::path folder);
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "ca.pem"; }
  /// Makes a certificate and its key, for the names and addresses of `alternatives` (`DNS:localhost,IP:127.0.0.1`).
  void issue(const std::string& name, const std::string& alternatives) const;
  [[nodiscard]] std::filesystem::path certificate(const std::string& name) const { return folder_ / (name + ".pem"); }
  [[nodiscard]] std::filesystem::path key(const std::string& name) const { return folder_ / (name + ".key"); }

 private:
  std::filesystem::path folder_;
};

struct HttpsSettings {
  std::string protocols = "TLSv1.2 TLSv1.3";
  std::string user;      ///< empty: nobody is asked
  std::string password;  ///< of the user
};

/// nginx with TLS in front of git-http-backend (by fcgiwrap), over every repository below a folder.
class HttpsGitServer {
 public:
  static std::vector<std::string> programs() {
    return {"/usr/sbin/nginx", "/usr/sbin/fcgiwrap", "/usr/lib/git-core/git-http-backend", "/usr/bin/openssl"};
  }

  HttpsGitServer(const std::filesystem::path& repositories, const std::filesystem::path& folder,
                 const std::filesystem::path& certificate, const std::filesystem::path& key,
                 const HttpsSettings& settings = {});

  [[nodiscard]] std::string url(const std::string& repository, const std::string& host = "localhost") const;

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> gateway_;
  std::unique_ptr<Process> server_;
};

}  // namespace plumbline::testing
