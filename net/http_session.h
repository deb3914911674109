#pragma once

#include "net/byte_stream.h"
#include "net/http_crowd.h"
#include "net/http_server.h"

/// The server's side of one connection, over any stream of bytes.
namespace plumbline::net {

/// What a server and one of its connections tell each other.
struct SessionState {
  bool stopping = false;        ///< set by the server: answer the request under way, take no other
  Phase phase = Phase::silent;  ///< set by the session, with the time at which it began
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

/// Answers requests one after the other until the peer ends, asks to close, breaks the protocol, or
/// a deadline passes. All pointers outlive the call.
Awaitable<> serve_connection(ByteStream* stream, const Handler* handler, const ServerLimits* limits,
                             SessionState* state);

}  // namespace plumbline::net
