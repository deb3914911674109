#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/byte_stream.h"
#include "net/http.h"

/// HTTP/1.1 messages as bytes. Only this file decides framing (Content-Length, Connection); a caller's own fields of
/// that kind are dropped.
namespace plumbline::net {

/// Why the message may not be sent: the method is not a token, the target is not in origin form, the status is outside
/// 200 to 999, or a field holds a line break or another control character. Nothing if it may be sent.
std::optional<std::string> refusal(const HttpRequest& request);
std::optional<std::string> refusal(const HttpResponse& response);

/// Appends request line and fields. `host` becomes the Host field unless the request has its own.
void append_header(std::string& out, const HttpRequest& request, std::string_view host);

/// An upper bound in bytes for the header, plus the body if both are written in one piece.
std::size_t most_bytes(const HttpRequest& request, std::string_view host);

enum class Afterwards { keep_alive, close };

/// Appends status line and fields. Answers of 1xx, 204 and 304 get no length (RFC 9110, 8.6). `date` is the value of
/// the Date field.
void append_header(std::string& out, const HttpResponse& response, std::string_view date, Afterwards afterwards);

/// The same for an answer of unknown length, whose body comes in chunks and whose connection ends with it.
void append_stream_header(std::string& out, const HttpResponse& response, std::string_view date);

/// Appends `bytes` as one chunk; nothing if there are none, because an empty chunk would be the last.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// Whether an answer with that status has a body at all.
bool has_body(int status);

/// The value of Host: `api.cloudflare.com`, `127.0.0.1:8080`, `[::1]:8080`. The scheme's own port is left out.
std::string host_header(const Origin& origin);

/// Writes `header` and `body`, in one piece unless the body is large. `header` is used as the buffer and is changed.
Awaitable<Result<void, IoError>> write_message(ByteStream* stream, std::string* header, std::string_view body);

}  // namespace plumbline::net
