#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline {

/// How a secret may be written.
enum class SecretLines {
  one,    ///< a token, a password, a key of ours: it may become a field of HTTP, so that no control character is in it
  many,   ///< the value of a Worker's secret, such as a key in PEM: inner ends of lines are part of it
  whole,  ///< a document of its own, such as a private key of ssh or known_hosts: nothing is taken from its end
};

/// The secret that a file, a credential or a variable holds, read in the one way that counts everywhere. One end of a
/// line (`\n`, `\r\n`, or the `\r` that a variable out of a CRLF file keeps) at its end is not part of it; spaces are.
/// What is empty then, begins with a byte order mark, or holds a NUL is an error; so is more than one line where one is
/// wanted, and what is not UTF-8 where many may be, since the API takes text. The error says what is wrong and how to
/// mend it, and never holds any of the value. `text` is wiped.
Result<Secret> secret_from_text(std::string text, SecretLines lines);

}  // namespace plumbline
