#include "net/http_exchange.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/secret.h"
#include "base/text.h"
#include "net/http_format.h"
#include "net/http_parser.h"
#include "net/read_buffer.h"

namespace plumbline::net {
namespace {

// How long to wait for an early answer after the peer has stopped reading our request.
constexpr std::chrono::milliseconds kEarlyAnswer{2'000};

bool is_interim(int status) {
  return status >= 100 && status < 200 && status != 101;
}

// Reads one answer off a stream.
class AnswerReader {
 public:
  AnswerReader(ByteStream& stream, const HttpClientLimits& limits, const HttpRequest& request)
      : stream_(stream),
        limits_(limits),
        method_(request.method == "HEAD" ? AnswerTo::head : AnswerTo::other),
        coding_(iequals(request.headers.get("Accept-Encoding"), "gzip") ? Coding::gzip : Coding::as_it_is) {
    next_message();
  }

  /// The header must come within `header_timeout`, the body within the limits' time after it.
  Awaitable<Result<Exchanged, IoError>> read(std::chrono::milliseconds header_timeout) {
    stream_.expires_after(header_timeout);
    while (true) {
      if (!input_.empty()) input_.consume(parser_->put(input_.unread()));
      if (parser_->fault() != ParseFault::none) co_return std::unexpected(explain_fault());
      if (parser_->done()) {
        if (!is_interim(parser_->status())) co_return finish();
        next_message();
        continue;
      }
      if (parser_->header_done() && !in_body_) {
        in_body_ = true;
        stream_.expires_after(limits_.body_timeout);
      }
      if (auto more = co_await read_more(); !more) co_return std::unexpected(std::move(more.error()));
    }
  }

  [[nodiscard]] bool begun() const { return begun_; }

 private:
  void next_message() {
    parser_.emplace(MessageCaps{limits_.header_cap, limits_.body_cap}, method_, coding_);
    in_body_ = false;
  }

  Awaitable<Result<void, IoError>> read_more() {
    const auto room = input_.room();
    auto count = co_await stream_.read_some(room);
    if (!count) {
      count.error().progress = progress();
      co_return std::unexpected(std::move(count.error()));
    }
    if (*count == 0) {
      parser_->put_end();
      ended_ = true;
      if (parser_->done() || parser_->fault() != ParseFault::none) co_return Result<void, IoError>();
      co_return std::unexpected(IoError{
          IoFailure::closed, progress(),
          begun_ ? "the connection ended in the middle of the answer" : "the connection ended before an answer"});
    }
    begun_ = true;
    input_.commit(*count);
    co_return Result<void, IoError>();
  }

  [[nodiscard]] Progress progress() const { return begun_ ? Progress::answer_begun : Progress::maybe_sent; }

  [[nodiscard]] IoError explain_fault() const {
    switch (parser_->fault()) {
      case ParseFault::header_too_large:
        return {IoFailure::too_large, progress(),
                fmt::format("the answer's header is larger than {}", human_bytes(limits_.header_cap))};
      case ParseFault::body_too_large:
        return {IoFailure::too_large, progress(),
                fmt::format("the answer is larger than {}", human_bytes(limits_.body_cap))};
      case ParseFault::unknown_coding:
        return {IoFailure::malformed, progress(), "the answer is in a coding that was not asked for"};
      case ParseFault::broken_coding:
        return {IoFailure::malformed, progress(), "the answer's gzip is damaged or cut short"};
      default:
        return {IoFailure::malformed, progress(), "the answer is not HTTP/1.1"};
    }
  }

  // Nobody asked for bytes behind the answer: such a connection is not trusted again.
  Exchanged finish() {
    const bool reusable = parser_->keep_alive() && !ended_ && input_.empty();
    return Exchanged{parser_->take(), reusable};
  }

  ByteStream& stream_;
  const HttpClientLimits& limits_;
  AnswerTo method_;
  Coding coding_;
  ReadBuffer input_;
  std::optional<ResponseParser> parser_;
  bool in_body_ = false;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

Awaitable<Result<Exchanged, IoError>> exchange_over(ByteStream* stream, const HttpRequest* request, std::string host,
                                                    const HttpClientLimits* limits) {
  AnswerReader reader(*stream, *limits, *request);
  std::string header;
  // Written in one piece from the start: a text that grows leaves its earlier copy, and the credentials in it, in freed
  // memory.
  header.reserve(most_bytes(*request, host));
  append_header(header, *request, host);
  stream->expires_after(limits->write_timeout);
  auto written = co_await write_message(stream, &header, request->body);
  wipe(header);
  if (written) co_return co_await reader.read(limits->header_timeout);

  IoError error = std::move(written.error());
  error.progress = Progress::maybe_sent;
  if (error.failure != IoFailure::closed) co_return std::unexpected(std::move(error));
  // A server that refuses a request (413, 401, …) may answer and close while we still write.
  auto early = co_await reader.read(kEarlyAnswer);
  if (!early) {
    if (reader.begun()) error.progress = Progress::answer_begun;
    co_return std::unexpected(std::move(error));
  }
  early->reusable = false;
  co_return early;
}

}  // namespace plumbline::net
