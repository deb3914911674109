#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// Where to find a value that may be secret: `{env: NAME}`, `{file: PATH}` or `{credential: NAME}`.
struct ValueReference {
  enum class Kind { none, env, file, credential };
  Kind kind = Kind::none;
  std::string name;  ///< of the variable, file or credential

  [[nodiscard]] bool given() const { return kind != Kind::none; }

  friend bool operator==(const ValueReference&, const ValueReference&) = default;
};

/// Text for messages: `the variable CLOUDFLARE_API_TOKEN`, `the file /run/secrets/token`.
std::string describe(const ValueReference& reference);

/// Reads the value again at each call, so that a rotated file is noticed. It is one line of at most 64 KiB, as
/// secret_from_text() reads it. `credential` is a file in systemd's $CREDENTIALS_DIRECTORY. Errors never hold the
/// value. May block on a disk.
Result<Secret> resolve(const ValueReference& reference, const Environment& environment);

/// The same for a value of several lines, such as a private key or known_hosts. Line ends and tabs are allowed, and
/// nothing is removed.
Result<Secret> resolve_lines(const ValueReference& reference, const Environment& environment);

}  // namespace plumbline::daemon
