#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Which keys an ssh server may show: the file known_hosts, as sshd(8) describes it.
namespace plumbline::manifests {

/// What known_hosts says about one server. Keys are in their binary form.
struct HostKeys {
  std::string host;  ///< as known_hosts names it: `git.example.com`, or `[git.example.com]:2222`
  std::vector<std::string> trusted;
  std::vector<std::string> revoked;
};

/// The lines that concern a server: names, patterns (`*`, `?`, `!`) and hashed names, with
/// `[host]:port` for another port than 22; `@revoked`. Lines with `@cert-authority`, which libssh2
/// has no use for, and what is no line are passed over.
HostKeys keys_of_host(std::string_view known_hosts, std::string_view host, std::uint16_t port);

/// Whether there is a key of a kind that libssh2 1.10 can ask for (ed25519, ecdsa). Asked before the
/// connection, since it fails without a reason otherwise. The error says how to get a line.
Result<void> check_usable(const HostKeys& keys);

/// Accepts a key that is trusted and not revoked. The error tells the fingerprint and what to do.
Result<void> check_host_key(const HostKeys& keys, std::string_view shown);

/// The trusted keys as lines of known_hosts, each under `[host]:port`, plain.
std::string to_known_hosts(const HostKeys& keys, std::string_view host, std::uint16_t port);

}  // namespace plumbline::manifests
