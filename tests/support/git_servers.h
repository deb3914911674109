#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

/// Real git servers of Debian's packages on 127.0.0.1, each ended with its object. What is missing on this machine is
/// told by lacks(), by which a test skips itself.
///
/// tests/tools/unpack_servers.sh unpacks servers and gpg to build/git-servers/root, or $PLUMBLINE_GIT_SERVERS says
/// where they are unpacked. A program is named here by its path when it is installed, as which it serves as well.
namespace plumbline::testing {

/// Where a program or a file beside it is: unpacked if it is among what is unpacked, else the same path.
std::filesystem::path unpacked_or_installed(const std::string& path);

/// The environment of such a program, with $HOME in `folder`.
std::map<std::string, std::string> server_environment(const std::filesystem::path& folder);

/// Prints `SKIPPED: /usr/sbin/sshd is neither unpacked nor installed` for the first program that is not there, by which
/// CTest counts the test as skipped, and tells whether there is one.
bool lacks(const std::vector<std::string>& programs);

/// Runs a tool to its end in `folder`, with $HOME there; gives what it prints. Throws std::runtime_error if it fails.
std::string run_tool(const std::filesystem::path& folder, const std::string& program,
                     std::vector<std::string> arguments, std::string input = {});

/// Throws std::runtime_error, with what it printed, if a server ends or does not listen on 127.0.0.1 in time.
void wait_until_it_listens(Process& process, std::uint16_t port);

/// `git daemon` over every repository below a folder.
class GitDaemon {
 public:
  static std::vector<std::string> programs() { return {"/usr/bin/git"}; }

  GitDaemon(const std::filesystem::path& repositories, const std::filesystem::path& folder);
  /// Of a repository by its path below the folder.
  [[nodiscard]] std::string url(const std::string& repository) const;

  /// From now on connections are accepted, by the kernel, and nothing is said.
  void fall_silent() const;
  void speak_again() const;

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// sshd with host keys of its own (ed25519 and ecdsa), which lets one client key in as a user `git`. Whoever runs the
/// test, root or not, is this user.
class SshServer {
 public:
  static std::vector<std::string> programs() {
    return {"/usr/sbin/sshd", "/usr/bin/ssh-keygen", "/libraries/libnss_wrapper.so", "/libraries/libuid_wrapper.so"};
  }

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
