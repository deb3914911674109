#pragma once

#include <string_view>

#include "api/error.h"
#include "api/operations.h"
#include "net/io_error.h"

/// What a failure means. Cloudflare's codes are overloaded, so that HTTP status, code and operation
/// are looked at together, never the code alone.
namespace plumbline::api {

/// The kind of an error that the API told in an envelope. `code` is 0 if it named none; `status` may
/// be a 2xx (`success: false` under 200).
ErrorKind classify(const Operation& operation, int status, int code);

/// The kind of an exchange that failed on the way.
ErrorKind classify(const net::IoError& error);

}  // namespace plumbline::api
