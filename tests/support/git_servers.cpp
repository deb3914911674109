#include "tests/support/git_servers.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/loopback.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

fs::path unpacked() {
  const char* given = std::getenv("PLUMBLINE_GIT_SERVERS");
  return given != nullptr ? given : PLUMBLINE_SOURCE_DIR "/build/git-servers/root";
}

/// Makes sshd see a user `git` alone, and take itself for a process of this user: so it asks neither for root's rights
/// nor for a user and a folder that only an installed sshd has. What it starts is not wrapped.
std::map<std::string, std::string> wrapped_environment(const fs::path& folder) {
  write_file(folder / "passwd", fmt::format("git:*:1000:1000::{}:/bin/sh\n", folder.string()));
  write_file(folder / "shadow", "git:*:::::::\n");
  write_file(folder / "group", "git:*:1000:\n");
  auto environment = server_environment(folder);
  environment.insert({{"LD_PRELOAD", "libnss_wrapper.so libuid_wrapper.so"},
                      {"NSS_WRAPPER_PASSWD", folder / "passwd"},
                      {"NSS_WRAPPER_SHADOW", folder / "shadow"},
                      {"NSS_WRAPPER_GROUP", folder / "group"},
                      {"UID_WRAPPER", "1"}});
  for (const std::string kind : {"RUID", "EUID", "SUID", "RGID", "EGID", "SGID"}) {
    environment["UID_WRAPPER_INITIAL_" + kind] = "1000";
  }
  return environment;
}

}  // namespace

fs::path unpacked_or_installed(const std::string& path) {
  auto unpacked_path = unpacked() / fs::path(path).relative_path();
  return fs::exists(unpacked_path) ? unpacked_path : fs::path(path);
}

std::map<std::string, std::string> server_environment(const fs::path& folder) {
  return {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
          {"HOME", folder.string()},
          {"LD_LIBRARY_PATH", unpacked() / "libraries"},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_CONFIG_NOSYSTEM", "1"}};
}

void wait_until_it_listens(Process& process, std::uint16_t port) {
  if (eventually([&] { return connect_to_loopback(port).valid() || !process.is_running(); }) && process.is_running())
    return;
  throw std::runtime_error("a server did not start: " + process.out() + process.err());
}

bool lacks(const std::vector<std::string>& programs) {
  for (const auto& program : programs) {
    if (fs::exists(unpacked_or_installed(program))) continue;
    MESSAGE("SKIPPED: " << program << " is neither unpacked (by tests/tools/unpack_servers.sh) nor installed");
    return true;
  }
  return false;
}

std::string run_tool(const fs::path& folder, const std::string& program, std::vector<std::string> arguments,
                     std::string input) {
  auto finished = run_to_end({.file = unpacked_or_installed(program),
                              .arguments = std::move(arguments),
                              .environment = server_environment(folder),
                              .working_folder = folder,
                              .input = std::move(input),
                              .output_folder = folder / "tool-output"});
  if (finished.exit_code != 0) throw std::runtime_error(program + " failed: " + finished.err);
  return std::move(finished.out);
}

GitDaemon::GitDaemon(const fs::path& repositories, const fs::path& folder) : port_(free_port()) {
  fs::create_directories(folder);
  process_ = std::make_unique<Process>(
      Program{.file = "/usr/bin/git",
              .arguments = {"daemon", "--listen=127.0.0.1", fmt::format("--port={}", port_), "--reuseaddr",
                            "--export-all", "--base-path=" + repositories.string()},
              .environment = server_environment(folder),
              .output_folder = folder / "output"});
  wait_until_it_listens(*process_, port_);
}

std::string GitDaemon::url(const std::string& repository) const {
  return fmt::format("git://127.0.0.1:{}/{}", port_, repository);
}

// To its group: `git daemon` is two processes.
void GitDaemon::fall_silent() const {
  ::kill(-process_->id(), SIGSTOP);
}

void GitDaemon::speak_again() const {
  ::kill(-process_->id(), SIGCONT);
}

SshServer::SshServer(fs::path folder, const std::string& client_key_type)
    : folder_(std::move(folder)), port_(free_port()) {
  fs::create_directories(folder_);
  for (const std::string type : {"ed25519", "ecdsa"}) {
    run_tool(folder_, "/usr/bin/ssh-keygen", {"-q", "-t", type, "-N", "", "-f", "host_" + type});
  }
  run_tool(folder_, "/usr/bin/ssh-keygen", {"-q", "-t", client_key_type, "-N", "", "-f", "client"});
  fs::copy(folder_ / "client.pub", folder_ / "authorized_keys");
  write_file(folder_ / "sshd_config", fmt::format("Port {1}\n"
                                                  "ListenAddress 127.0.0.1\n"
                                                  "HostKey {0}/host_ed25519\n"
                                                  "HostKey {0}/host_ecdsa\n"
                                                  "AuthorizedKeysFile {0}/authorized_keys\n"
                                                  "PidFile none\n"
                                                  "StrictModes no\n"
                                                  "UsePAM no\n"
                                                  "PasswordAuthentication no\n"
                                                  "KbdInteractiveAuthentication no\n",
                                                  folder_.string(), port_));
  // -r: without another exec for every connection, at which the wrappers would forget who sshd is.
  process_ =
      std::make_unique<Process>(Program{.file = unpacked_or_installed("/usr/sbin/sshd"),
                                        .arguments = {"-r", "-D", "-e", "-f", (folder_ / "sshd_config").string()},
                                        .environment = wrapped_environment(folder_),
                                        .output_folder = folder_ / "output"});
  wait_until_it_listens(*process_, port_);
}

std::string SshServer::url(const fs::path& repository) const {
  return fmt::format("ssh://git@127.0.0.1:{}{}", port_, repository.string());
}

std::string SshServer::client_key() const {
  return read_file(folder_ / "client");
}

std::string SshServer::known_host(const std::string& type) const {
  return fmt::format("[127.0.0.1]:{} {}", port_, read_file(folder_ / ("host_" + type + ".pub")));
}

TestCa::TestCa(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directories(folder_);
  run_tool(folder_, "/usr/bin/openssl",
           {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem"});
}

void TestCa::issue(const std::string& name, const std::string& alternatives) const {
  run_tool(folder_, "/usr/bin/openssl",
           {"req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + name,
            "-addext",
            "subjectAltName=" + alternatives,
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-keyout",
            name + ".key",
            "-out",
            name + ".pem"});
}

HttpsGitServer::HttpsGitServer(const fs::path& repositories, const fs::path& folder, const fs::path& certificate,
                               const fs::path& key, const HttpsSettings& settings)
    : port_(free_port()) {
  fs::create_directories(folder);
  std::string authentication;
  if (!settings.user.empty()) {
    const auto hash = run_tool(folder, "/usr/bin/openssl", {"passwd", "-apr1", "-stdin"}, settings.password + "\n");
    write_file(folder / "htpasswd", settings.user + ":" + hash);
    authentication = fmt::format("auth_basic git; auth_basic_user_file {}/htpasswd;", folder.string());
  }
  write_file(folder / "nginx.conf",
             fmt::format("daemon off; master_process off; user root; pid {0}/nginx.pid; error_log stderr;\n"
                         "events {{}}\n"
                         "http {{\n"
                         "  access_log off; client_max_body_size 64m;\n"
                         "  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n"
                         "  uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n"
                         "  server {{\n"
                         "    listen 127.0.0.1:{1} ssl; ssl_protocols {2};\n"
                         "    ssl_certificate {3}; ssl_certificate_key {4};\n"
                         "    location / {{\n"
                         "      {5}\n"
                         "      include {7};\n"
                         "      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;\n"
                         "      fastcgi_param GIT_HTTP_EXPORT_ALL \"\";\n"
                         "      fastcgi_param GIT_PROJECT_ROOT {6};\n"
                         "      fastcgi_param PATH_INFO $uri;\n"
                         "      fastcgi_param REMOTE_USER $remote_user;\n"
                         "      fastcgi_pass unix:{0}/fcgi.sock;\n"
                         "    }}\n"
                         "  }}\n"
                         "}}\n",
                         folder.string(), port_, settings.protocols, certificate.string(), key.string(), authentication,
                         repositories.string(), unpacked_or_installed("/etc/nginx/fastcgi_params").string()));
  const auto socket = folder / "fcgi.sock";
  gateway_ = std::make_unique<Process>(Program{.file = unpacked_or_installed("/usr/sbin/fcgiwrap"),
                                               .arguments = {"-s", "unix:" + socket.string()},
                                               .environment = server_environment(folder),
                                               .output_folder = folder / "output"});
  if (!eventually([&] { return fs::exists(socket) || !gateway_->is_running(); }) || !gateway_->is_running()) {
    throw std::runtime_error("fcgiwrap did not start: " + gateway_->err());
  }
  server_ = std::make_unique<Process>(
      Program{.file = unpacked_or_installed("/usr/sbin/nginx"),
              .arguments = {"-e", "stderr", "-p", folder.string(), "-c", (folder / "nginx.conf").string()},
              .environment = server_environment(folder),
              .output_folder = folder / "output"});
  wait_until_it_listens(*server_, port_);
}

std::string HttpsGitServer::url(const std::string& repository, const std::string& host) const {
  return fmt::format("https://{}:{}/{}", host, port_, repository);
}

}  // namespace plumbline::testing
