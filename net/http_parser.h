#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http.h"

/// Parses HTTP/1.1 messages from bytes as they arrive (RFC 9112). No I/O. Only the client and the server of this folder
/// use it.
namespace plumbline::net {

/// Limits in bytes.
struct MessageCaps {
  std::size_t header = std::size_t{64} * 1024;  ///< start line and fields each; also chunk headers and trailers
  std::size_t body = std::size_t{256} * 1024 * 1024;
};

enum class ParseFault {
  none,
  malformed,
  header_too_large,
  body_too_large,
  unknown_coding,  ///< the body is in a coding that was not asked for
  broken_coding,   ///< the body is no gzip, although its header says so, or its gzip ends too early
};

/// Reads one request.
class RequestParser {
 public:
  explicit RequestParser(MessageCaps caps);
  ~RequestParser();

  /// Takes what it can use from the front of `bytes` and returns how many bytes that was. The caller offers the rest
  /// again, with more bytes behind it. Once done(), the rest belongs to the next message.
  std::size_t put(std::string_view bytes);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] ParseFault fault() const;
  /// Whether the connection may serve another request after this one.
  [[nodiscard]] bool keep_alive() const;
  /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  [[nodiscard]] bool expects_continue() const;
  /// The request. Only once done().
  HttpRequest take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

enum class AnswerTo { head, other };

/// What was asked for. With `gzip` a body that comes so is unpacked as it arrives; its cap holds for both forms.
enum class Coding { as_it_is, gzip };

/// Reads one response. An interim one (1xx) is a response of its own.
class ResponseParser {
 public:
  ResponseParser(MessageCaps caps, AnswerTo method, Coding coding = Coding::as_it_is);
  ~ResponseParser();

  std::size_t put(std::string_view bytes);
  /// Tells the parser that the connection has ended, which ends a body without a length. If the message is cut short,
  /// done() stays false.
  void put_end();

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] ParseFault fault() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] int status() const;
  /// The response. The header of one whose body was unpacked no longer says how it was packed.
  HttpResponse take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// `Not Found` for 404; empty for a status without one.
std::string_view reason_phrase(int status);

}  // namespace plumbline::net
