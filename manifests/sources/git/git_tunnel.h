#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {

/// Longer than the answer of any proxy to CONNECT, in bytes.
constexpr std::size_t kMaxTunnelAnswer = std::size_t{16} * 1024;

/// Whether `answer` holds the complete head of the proxy's answer, up to the empty line.
bool is_tunnel_answer(std::string_view answer);

/// Why this answer does not open a tunnel to `authority` (see tunnel_authority()); nothing if it does. Never holds a
/// credential.
std::optional<std::string> tunnel_refusal(const FetchProxy& proxy, std::string_view authority, std::string_view answer);

}  // namespace plumbline::manifests
