#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/byte_stream.h"
#include "net/http.h"

/// HTTP/1.1 messages as bytes. Framing (Content-Length, Connection) is decided here alone; such
/// fields of the caller are left out.
namespace plumbline::net {

/// Why the request may not be sent: a method that is no token, a target that is not in origin form,
/// a line break or another control character in a field. Nothing if it may.
std::optional<std::string> refusal(const HttpRequest& request);
std::optional<std::string> refusal(const HttpResponse& response);

/// Appends request line and fields. `host` is the value of Host unless the request has its own.
void append_header(std::string& out, const HttpRequest& request, std::string_view host);

/// As much as the header, and a body that is written in one piece with it, can take.
std::size_t most_bytes(const HttpRequest& request, std::string_view host);

enum class Afterwards { keep_alive, close };

/// Appends status line and fields. 1xx, 204 and 304 have no body and no length (RFC 9110, 8.6).
void append_header(std::string& out, const HttpResponse& response, std::string_view date, Afterwards afterwards);

/// Whether an answer of that status has a body at all.
bool has_body(int status);

/// `api.cloudflare.com`, `127.0.0.1:8080`, `[::1]:8080`: without the scheme's own port.
std::string host_header(const Origin& origin);

/// Writes `header` and `body`, in one piece unless the body is big. `header` is the caller's buffer
/// and is changed.
Awaitable<Result<void, IoError>> write_message(ByteStream* stream, std::string* header, std::string_view body);

}  // namespace plumbline::net
