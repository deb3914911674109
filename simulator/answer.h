#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/http.h"

namespace plumbline::simulator {

/// An HTTP answer before it is sent.
struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  net::Headers headers;
  std::string body;
};

/// `body` as it is.
Answer json_answer(std::string body, int status = 200);

struct ApiError {
  int code = 0;  ///< of the Workers API
  std::string message;
};

/// Why the API refuses a request. It becomes an envelope with `success: false`.
struct Refusal {
  int status = 400;
  std::vector<ApiError> errors;
};

template <class T>
using Try = std::expected<T, Refusal>;
using Outcome = Try<Answer>;

std::unexpected<Refusal> refuse(int status, int code, std::string message);

/// `result_info` of lists with pages.
struct PageInfo {
  std::size_t page = 1;
  std::size_t per_page = 0;
  std::size_t count = 0;  ///< on this page
  std::size_t total = 0;
};

/// The envelope `{success, errors, messages, result}`.
Answer success(const Json& result, int status = 200);
Answer success(const Json& result, const PageInfo& info);

/// As success(), for a result that is already JSON text.
Answer success_text(std::string_view result);

/// Some answers have `errors: null` and `messages: null` (seen on the list of versions).
Answer success_with_nulls(const Json& result, const PageInfo& info);

/// Success with a message, like the answer to the verification of a token.
Answer success_with_message(const Json& result, const ApiError& message);

Answer to_answer(const Refusal& refusal);

}  // namespace plumbline::simulator
