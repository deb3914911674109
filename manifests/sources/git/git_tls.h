#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {

enum class PlainStreams {
  own,
  libgit2,  ///< for ssh, which looks for a socket behind libgit2's own streams (1.5)
};

/// Who is trusted, and for how long a server may be silent.
struct GitTlsSettings {
  std::string ca_file;  ///< PEM of the CAs; empty: the system's
  std::chrono::steady_clock::time_point deadline;
  PlainStreams plain = PlainStreams::own;
  const FetchProxy* proxy;  ///< the way out for TLS; outlives the fetch
};

/// Makes libgit2 use streams of ours from now on. Every wait ends at the deadline, redirects end the
/// fetch with the place that they name. For https they use OpenSSL: TLS 1.2 or 1.3, the certificate
/// checked against the CAs and against the host's name or address. Without it
/// Debian's libgit2 uses mbedTLS 2.28, which stops at TLS 1.2, knows no addresses in certificates and
/// waits for ever. Belongs to the process, hence to the child of a fetch alone. The error says that
/// the CAs cannot be read.
Result<void> use_openssl(const GitTlsSettings& settings);

}  // namespace plumbline::manifests
