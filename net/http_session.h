#pragma once

#include <string_view>

#include "net/byte_stream.h"
#include "net/http_server.h"

/// The server's side of one connection, over any stream of bytes.
namespace plumbline::net {

/// What a server and one of its connections tell each other.
struct SessionState {
  bool stopping = false;  ///< set by the server: answer the request under way, take no other
  bool idle = true;       ///< set by the session: no byte of a request is there
};

/// Answers requests one after the other until the peer ends, asks to close, breaks the protocol, or
/// a deadline passes. All pointers outlive the call.
Awaitable<> serve_connection(ByteStream* stream, const Handler* handler, const ServerLimits* limits,
                             SessionState* state);

}  // namespace plumbline::net
