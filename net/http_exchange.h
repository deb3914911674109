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

/// Sends one request over one stream and reads its answer. `host` is the value of the Host field. Interim answers (1xx)
/// are skipped. An answer that comes before the request is written counts. All pointers must outlive the call.
Awaitable<Result<Exchanged, IoError>> exchange_over(ByteStream* stream, const HttpRequest* request, std::string host,
                                                    const HttpClientLimits* limits);

}  // namespace plumbline::net
