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

/// Reads an answer of the API. A result comes only out of a well-formed envelope that says
/// `success: true`, out of an empty 204, or, for AnswerShape::raw, out of a 2xx body that is neither
/// HTML nor a refusal. Everything else is an error; HTML is never an empty result. `now` is for a
/// Retry-After that is a date. A server may repeat what it was sent: an error's texts are without the `carried`
/// secrets.
Result<Answer> read_answer(const Operation& operation, net::HttpResponse response,
                           std::chrono::system_clock::time_point now, const CarriedSecrets& carried = {});

/// `PUT /accounts/{account_id}/workers/scripts/{script_name}`
std::string endpoint_of(const Operation& operation);

/// An error of our own about an operation.
Error make_error(const Operation& operation, ErrorKind kind, std::string message);

}  // namespace plumbline::api
