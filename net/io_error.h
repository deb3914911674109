#pragma once

#include <string>
#include <string_view>

namespace plumbline::net {

enum class IoFailure {
  resolve,    ///< the host has no address
  connect,    ///< nobody answers at any address
  proxy,      ///< the proxy refuses a tunnel: its rules or our credentials, not for now
  tls,        ///< handshake or verification failed
  timeout,    ///< a deadline passed
  closed,     ///< the peer closed or reset the connection
  malformed,  ///< what arrived is no HTTP/1.1
  too_large,  ///< header or body beyond the cap
  refused,    ///< the request holds what may not be sent (a line break in a header, …)
  cancelled,  ///< we are shutting down; not an error to report
};

std::string_view to_string(IoFailure failure);

/// How far an exchange had come when it failed: what decides whether it may be repeated.
enum class Progress {
  nothing_sent,  ///< no byte of the request was written: safe to repeat
  maybe_sent,    ///< the peer may have acted on it
  answer_begun,  ///< the peer acted, its answer is lost
};

struct IoError {
  IoFailure failure = IoFailure::closed;
  Progress progress = Progress::nothing_sent;
  std::string message;  ///< for a person; names host and cause, no header and no body
};

}  // namespace plumbline::net
