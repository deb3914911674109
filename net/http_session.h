#pragma once

#include "net/byte_stream.h"
#include "net/http_crowd.h"
#include "net/http_server.h"

/// The server's side of one connection, over any stream of bytes.
namespace plumbline::net {

/// The state that a server and one of its connections share.
struct SessionState {
  bool stopping = false;        ///< set by the server: answer the current request, take no other
  Phase phase = Phase::silent;  ///< set by the session, together with `since`
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

/// Answers requests one after another until the peer ends, asks to close, breaks the protocol, or a deadline passes.
/// All pointers must outlive the call.
Awaitable<> serve_connection(ByteStream* stream, const Handler* handler, const ServerLimits* limits,
                             SessionState* state);

}  // namespace plumbline::net
