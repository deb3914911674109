#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// Where a value that may be secret is found: `{env: NAME}`, `{file: PATH}` or `{credential:
/// NAME}`.
struct ValueReference {
  enum class Kind { none, env, file, credential };
  Kind kind = Kind::none;
  std::string name;  ///< of the variable, file or credential

  [[nodiscard]] bool given() const { return kind != Kind::none; }
};

/// `the variable CLOUDFLARE_API_TOKEN`, `the file /run/secrets/token`: for messages.
std::string describe(const ValueReference& reference);

/// Reads the value anew, so that a rotated file is seen: one line, as secret_from_text() reads it, of at
/// most 64 KiB. `credential` is a file of systemd's $CREDENTIALS_DIRECTORY. Errors never hold the
/// value. May block on a disk.
Result<Secret> resolve(const ValueReference& reference, const Environment& environment);

/// The same for a value of several lines, such as a private key or known_hosts: ends of lines and tabs
/// may stand in it, and all of it counts.
Result<Secret> resolve_lines(const ValueReference& reference, const Environment& environment);

}  // namespace plumbline::daemon
