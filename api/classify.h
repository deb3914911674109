#pragma once

#include <string_view>

#include "api/error.h"
#include "api/operations.h"
#include "net/io_error.h"

/// What a failure means. Cloudflare uses one code for several failures, so HTTP status, code and operation are looked
/// at together, never the code alone. Pure.
namespace plumbline::api {

/// The kind of an error that the API reported in an envelope. `code` is 0 if the envelope has none. `status` may be a
/// 2xx (`success: false` under 200).
ErrorKind classify(const Operation& operation, int status, int code);

/// The kind of an error of the connection.
ErrorKind classify(const net::IoError& error);

}  // namespace plumbline::api
