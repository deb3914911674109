#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "api/client.h"
#include "base/secret.h"
#include "net/http.h"

namespace plumbline::api {

/// The most of a server's message that an error repeats.
inline constexpr std::size_t kMessageCap = 500;

/// The secrets that a request carried; asked for an error alone.
using CarriedSecrets = std::function<std::vector<Secret>()>;

/// Reads an answer of the API. A result comes only under a status of the operation's row, and there out of a
/// well-formed envelope that says `success: true` (or may leave it out) and tells no errors, out of no body where
/// nobody needs one, or, for AnswerShape::raw, out of a body that is neither HTML nor JSON. Everything else is an
/// error; HTML is never an empty result. `now` is for a Retry-After that is a date. A server may repeat what it was
/// sent: an error's texts are without the `carried` secrets.
Result<Answer> read_answer(const Operation& operation, net::HttpResponse response,
                           std::chrono::system_clock::time_point now, const CarriedSecrets& carried = {});

/// What a 2xx means that is no answer: a read is made again; a write has happened or not, which only a read tells.
ErrorKind kind_of_no_answer(const Operation& operation);

/// `PUT /accounts/{account_id}/workers/scripts/{script_name}`
std::string endpoint_of(const Operation& operation);

/// An error of our own about an operation.
Error make_error(const Operation& operation, ErrorKind kind, std::string message);

}  // namespace plumbline::api
