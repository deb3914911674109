#pragma once

#include <string>

#include "net/byte_stream.h"
#include "net/http_client.h"

namespace plumbline::net {

/// An answer, and whether its connection may carry another request.
struct Exchanged {
  HttpResponse response;
  bool reusable = false;
};

/// One request and its answer over one stream. `host` is the value of the Host field. Interim
/// answers (1xx) are passed over; an answer that comes before the request is written counts.
/// Pointers outlive the call.
Awaitable<Result<Exchanged, IoError>> exchange_over(ByteStream* stream, const HttpRequest* request, std::string host,
                                                    const HttpClientLimits* limits);

}  // namespace plumbline::net
