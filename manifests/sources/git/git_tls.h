#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {

enum class PlainStreams {
  own,
  libgit2,  ///< for ssh, which expects a socket behind libgit2's own streams (1.5)
};

/// Which CAs are trusted, how long to wait, and through which proxy.
struct GitTlsSettings {
  std::string ca_file;  ///< PEM of the CAs; empty: the system's
  std::chrono::steady_clock::time_point deadline;
  PlainStreams plain = PlainStreams::own;
  const FetchProxy* proxy;  ///< for https only; not owned, must outlive the fetch
};

/// Makes libgit2 use our streams from now on. Every wait ends at the deadline, and a redirect ends the fetch with an
/// error that names its target. For https the streams use OpenSSL: TLS 1.2 or 1.3, the certificate checked against the
/// CAs and the host's name or address. Otherwise Debian's libgit2 would use mbedTLS 2.28, which stops at TLS 1.2, knows
/// no addresses in certificates, and waits without end. The setting is global to the process, so only the child of a
/// fetch makes it. CAs that cannot be read fail the first connection that needs them.
Result<void> use_openssl(const GitTlsSettings& settings);

}  // namespace plumbline::manifests
