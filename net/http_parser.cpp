#include "net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "net/gzip.h"

namespace plumbline::net {
namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using Text = boost::beast::string_view;

// How much memory a Content-Length may make us allocate before any byte of the body has come.
constexpr std::size_t kTrustedReserve = std::size_t{1024} * 1024;

// `0 CRLF CRLF`: less cannot be the rest of a chunked body (RFC 9112, 7.1).
constexpr std::size_t kLeastLastChunk = 5;

std::string to_string(Text text) {
  return {text.data(), text.size()};
}

ParseFault fault_of(const ErrorCode& error) {
  if (!error || error == http::error::need_more) return ParseFault::none;
  if (error == http::error::header_limit) return ParseFault::header_too_large;
  if (error == http::error::body_limit) return ParseFault::body_too_large;
  return ParseFault::malformed;
}

// Beast's parser, writing straight into our message.
template <bool is_request, class Message>
class Collector : public http::basic_parser<is_request> {
 public:
  explicit Collector(MessageCaps caps) : header_cap_(caps.header) {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    this->header_limit(static_cast<std::uint32_t>(std::min(caps.header, kMost)));
    this->body_limit(caps.body);
    this->eager(true);
  }

  std::size_t take_from(std::string_view bytes) {
    // Beast fails an assertion if it is asked a second time about a last chunk that cannot be whole yet.
    if (this->is_header_done() && this->chunked() && bytes.size() < kLeastLastChunk) return 0;
    ErrorCode error;
    const std::size_t used = this->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    // A fault that we have found ourselves is no error of Beast's.
    if (fault == ParseFault::none) fault = fault_of(error);
    // Beast has no limit of its own for chunk headers and trailers.
    if (fault == ParseFault::none && this->is_header_done() && !this->is_done() && bytes.size() - used > header_cap_) {
      fault = ParseFault::header_too_large;
    }
    return used;
  }

  Message message;
  ParseFault fault = ParseFault::none;

 protected:
  void on_field_impl(http::field, Text name, Text value, ErrorCode&) override {
    message.headers.add(to_string(name), to_string(value));
  }

  void on_header_impl(ErrorCode&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
    if (length) message.body.reserve(std::min<std::uint64_t>(*length, kTrustedReserve));
  }

  std::size_t on_body_impl(Text body, ErrorCode&) override {
    message.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& error) override {
    return on_body_impl(body, error);
  }

  void on_finish_impl(ErrorCode&) override {}

 private:
  std::size_t header_cap_;
};

}  // namespace

class RequestParser::Impl final : public Collector<true, HttpRequest> {
 public:
  using Collector::Collector;

 private:
  void on_request_impl(http::verb, Text method, Text target, int, ErrorCode&) override {
    message.method = to_string(method);
    message.target = to_string(target);
  }

  void on_response_impl(int, Text, int, ErrorCode&) override {}
};

RequestParser::RequestParser(MessageCaps caps) : impl_(std::make_unique<Impl>(caps)) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  return impl_->take_from(bytes);
}
bool RequestParser::header_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done();
}
ParseFault RequestParser::fault() const {
  return impl_->fault;
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}

bool RequestParser::expects_continue() const {
  return iequals(impl_->message.headers.get("Expect"), "100-continue");
}

HttpRequest RequestParser::take() {
  return std::move(impl_->message);
}

namespace {

enum class BodyForm { plain, gzip, unknown };

// What the fields of a response say of its body. `identity` says nothing, `x-gzip` is gzip (RFC 9110, 8.4.1).
BodyForm form_of(const Headers& headers) {
  auto form = BodyForm::plain;
  for (const Header& field : headers) {
    if (!iequals(field.name, "Content-Encoding")) continue;
    for (auto coding : split(field.value, ',')) {
      skip_any(coding, " \t");
      coding = coding.substr(0, coding.find_last_not_of(" \t") + 1);
      if (coding.empty() || iequals(coding, "identity")) continue;
      const bool is_gzip = iequals(coding, "gzip") || iequals(coding, "x-gzip");
      if (!is_gzip || form != BodyForm::plain) return BodyForm::unknown;
      form = BodyForm::gzip;
    }
  }
  return form;
}

}  // namespace

class ResponseParser::Impl final : public Collector<false, HttpResponse> {
 public:
  Impl(MessageCaps caps, Coding coding) : Collector(caps), cap_(caps.body), coding_(coding) {}

 private:
  void on_header_impl(ErrorCode&) override {
    if (coding_ == Coding::gzip) form_ = form_of(message.headers);
  }

  std::size_t on_body_impl(Text body, ErrorCode& error) override {
    if (form_ == BodyForm::plain) return Collector::on_body_impl(body, error);
    if (form_ == BodyForm::unknown) return stop(ParseFault::unknown_coding, error);
    if (!unpacker_) unpacker_.emplace(cap_);
    switch (unpacker_->put({body.data(), body.size()}, message.body)) {
      case Unpacker::Step::taken:
        return body.size();
      case Unpacker::Step::too_large:
        return stop(ParseFault::body_too_large, error);
      case Unpacker::Step::broken:
        return stop(ParseFault::broken_coding, error);
    }
    return stop(ParseFault::broken_coding, error);
  }

  void on_finish_impl(ErrorCode& error) override {
    if (!unpacker_) return;
    if (!unpacker_->whole()) stop(ParseFault::broken_coding, error);
    for (const std::string_view field : {"Content-Encoding", "Content-Length"}) message.headers.remove(field);
  }

  std::size_t stop(ParseFault why, ErrorCode& error) {
    fault = why;
    error = http::error::bad_value;  // whichever: it only makes Beast stop
    return 0;
  }

  std::size_t cap_;
  Coding coding_;
  BodyForm form_ = BodyForm::plain;
  std::optional<Unpacker> unpacker_;

  void on_request_impl(http::verb, Text, Text, int, ErrorCode&) override {}

  void on_response_impl(int status, Text, int, ErrorCode&) override { message.status = status; }
};

ResponseParser::ResponseParser(MessageCaps caps, AnswerTo method, Coding coding)
    : impl_(std::make_unique<Impl>(caps, coding)) {
  impl_->skip(method == AnswerTo::head);
}
ResponseParser::~ResponseParser() = default;

std::size_t ResponseParser::put(std::string_view bytes) {
  return impl_->take_from(bytes);
}

void ResponseParser::put_end() {
  if (!impl_->is_header_done() || impl_->is_done()) return;
  ErrorCode error;
  impl_->put_eof(error);
}

bool ResponseParser::header_done() const {
  return impl_->is_header_done();
}
bool ResponseParser::done() const {
  return impl_->is_done() && impl_->fault == ParseFault::none;
}
ParseFault ResponseParser::fault() const {
  return impl_->fault;
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive();
}
int ResponseParser::status() const {
  return impl_->message.status;
}
HttpResponse ResponseParser::take() {
  return std::move(impl_->message);
}

std::string_view reason_phrase(int status) {
  if (status < 0) return {};
  const http::status known = http::int_to_status(static_cast<unsigned>(status));
  if (known == http::status::unknown) return {};
  const Text phrase = http::obsolete_reason(known);
  return {phrase.data(), phrase.size()};
}

}  // namespace plumbline::net
