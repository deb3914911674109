#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http.h"

/// HTTP/1.1 messages out of bytes as they arrive (RFC 9112); no I/O. Used by the client and the
/// server of this folder.
namespace plumbline::net {

struct MessageCaps {
  std::size_t header = std::size_t{64} * 1024;  ///< start line, and fields, each; also chunk headers, trailers
  std::size_t body = std::size_t{256} * 1024 * 1024;
};

enum class ParseFault { none, malformed, header_too_large, body_too_large };

/// Reads one request.
class RequestParser {
 public:
  explicit RequestParser(MessageCaps caps);
  ~RequestParser();

  /// Takes what it can use from the front of `bytes` and says how much that was. The rest is to be
  /// offered again with more bytes behind it or, once done(), belongs to the next message.
  std::size_t put(std::string_view bytes);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] ParseFault fault() const;
  /// Whether the connection may serve another request after this one.
  [[nodiscard]] bool keep_alive() const;
  /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  [[nodiscard]] bool expects_continue() const;
  /// The request, once done().
  HttpRequest take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

enum class AnswerTo { head, other };

/// Reads one response; an interim one (1xx) counts as one of its own.
class ResponseParser {
 public:
  ResponseParser(MessageCaps caps, AnswerTo method);
  ~ResponseParser();

  std::size_t put(std::string_view bytes);
  /// The connection has ended, which is the end of a body without a length. Without effect on
  /// done() if the message is cut short.
  void put_end();

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] ParseFault fault() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] int status() const;
  HttpResponse take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// `Not Found` for 404; empty for a status without one.
std::string_view reason_phrase(int status);

}  // namespace plumbline::net
