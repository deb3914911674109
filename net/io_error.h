#pragma once

#include <string>
#include <string_view>

namespace plumbline::net {

/// Why a connection or an exchange failed.
enum class IoFailure {
  resolve,    ///< the host has no address
  connect,    ///< no address of the host answers
  proxy,      ///< the proxy refuses a tunnel because of its rules or our credentials; waiting does not help
  tls,        ///< handshake or verification failed
  timeout,    ///< a deadline passed
  closed,     ///< the peer closed or reset the connection
  malformed,  ///< the peer sent something that is not HTTP/1.1
  too_large,  ///< header or body exceed their cap
  refused,    ///< not sent: the request holds something that may not be sent (a line break in a header, …)
  cancelled,  ///< we are shutting down; not worth reporting
};

std::string_view to_string(IoFailure failure);

/// How far an exchange had come when it failed. This decides whether it may be repeated.
enum class Progress {
  nothing_sent,  ///< no byte of the request was written: safe to repeat
  maybe_sent,    ///< some of the request was written: the peer may have acted on it
  answer_begun,  ///< the peer has acted on it, and its answer is lost
};

struct IoError {
  IoFailure failure = IoFailure::closed;
  Progress progress = Progress::nothing_sent;
  std::string message;  ///< for a person; names host and cause, never holds a header or a body
};

}  // namespace plumbline::net
