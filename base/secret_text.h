#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline {

/// Which shape the text of a secret may have.
enum class SecretLines {
  one,    ///< a token, a password, a key of ours. It may become a field of HTTP, so control characters are refused
  many,   ///< the value of a Worker's secret, such as a key in PEM. Line ends inside it belong to it
  whole,  ///< a document, such as a private key of ssh or known_hosts. Nothing is removed from its end
};

/// Reads the secret that a file, a credential or a variable holds. All callers use this one, so that all read alike.
/// One line end (`\n`, `\r\n`, or the `\r` that a variable out of a CRLF file keeps) at the end is removed; spaces are
/// kept. Errors: the rest is empty, begins with a byte order mark, or holds a NUL; it has more than one line
/// (SecretLines::one); it is not UTF-8 (SecretLines::many, because the API takes text). The error says what is wrong
/// and how to fix it, and never holds any of the value. `text` is wiped.
Result<Secret> secret_from_text(std::string text, SecretLines lines);

}  // namespace plumbline
