#include "net/http_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "net/http_parser.h"

namespace plumbline::net {
namespace {

// Up to this size, copying the body costs less than a second write.
constexpr std::size_t kOnePiece = std::size_t{64} * 1024;

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20U || byte == 0x7FU;
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

std::optional<std::string> refused_field(const Headers& headers) {
  for (const Header& field : headers) {
    if (!is_token(field.name)) {
      return "a header's name is empty or holds a character that HTTP does not allow there: " + printable(field.name);
    }
    // The value itself may be a credential and is not named.
    if (!is_field_value(field.value)) {
      return fmt::format("the value of header {} has a control character", field.name);
    }
  }
  return std::nullopt;
}

bool is_framing(std::string_view name) {
  return iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding") || iequals(name, "Connection");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_length(std::string& out, std::size_t length) {
  fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", length);
}

void append_fields(std::string& out, const Headers& headers) {
  for (const Header& field : headers) {
    if (!is_framing(field.name)) append_field(out, field.name, field.value);
  }
}

bool method_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

std::optional<std::string> refusal(const HttpRequest& request) {
  if (!is_token(request.method)) return "the method is empty or holds a character that HTTP does not allow there";
  if (!is_target(request.target)) {
    return "the target must begin with / and hold only printable ASCII characters, without blanks and #";
  }
  return refused_field(request.headers);
}

std::optional<std::string> refusal(const HttpResponse& response) {
  if (response.status < 200 || response.status > 999) return "the status is out of range";
  return refused_field(response.headers);
}

void append_header(std::string& out, const HttpRequest& request, std::string_view host) {
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!request.headers.contains("Host")) append_field(out, "Host", host);
  append_fields(out, request.headers);
  if (!request.body.empty() || method_has_body(request.method)) {
    append_length(out, request.body.size());
  }
  out.append("\r\n");
}

std::size_t most_bytes(const HttpRequest& request, std::string_view host) {
  constexpr std::size_t kRest = 128;  // the version, the length, the line ends
  std::size_t sum = kRest + request.method.size() + request.target.size() + host.size();
  for (const Header& field : request.headers) sum += field.name.size() + field.value.size() + 4;
  return request.body.size() <= kOnePiece ? sum + request.body.size() : sum;
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void append_header(std::string& out, const HttpResponse& response, std::string_view date, Afterwards afterwards) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (!date.empty()) append_field(out, "Date", date);
  append_fields(out, response.headers);
  if (has_body(response.status)) append_length(out, response.body.size());
  if (afterwards == Afterwards::close) append_field(out, "Connection", "close");
  out.append("\r\n");
}

void append_stream_header(std::string& out, const HttpResponse& response, std::string_view date) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  append_field(out, "Date", date);
  append_fields(out, response.headers);
  out.append("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
}

void append_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;
  fmt::format_to(std::back_inserter(out), "{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string host_header(const Origin& origin) {
  const bool is_ipv6 = origin.host.find(':') != std::string::npos;
  std::string host = is_ipv6 ? "[" + origin.host + "]" : origin.host;
  const int usual = origin.scheme == Scheme::https ? 443 : 80;
  if (origin.port != usual) fmt::format_to(std::back_inserter(host), ":{}", origin.port);
  return host;
}

Awaitable<Result<void, IoError>> write_message(ByteStream* stream, std::string* header, std::string_view body) {
  if (body.size() <= kOnePiece) {
    header->append(body);
    co_return co_await stream->write_all(*header);
  }
  if (auto written = co_await stream->write_all(*header); !written) co_return written;
  co_return co_await stream->write_all(body);
}

}  // namespace plumbline::net
