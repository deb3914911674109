#include <algorithm>

#include "api/envelope.h"
#include "api/rate_headers.h"
#include "tests/fuzz/fuzz.h"

// An answer of the API: the first byte chooses the operation, the second the status, then come a Retry-After, a
// content type, and the body.
namespace plumbline::fuzz {
namespace {

constexpr int kStatuses[] = {200, 204, 301, 400, 403, 404, 429, 500, 503, 521};

bool is_html(const net::HttpResponse& response) {
  const auto type = response.headers.get("Content-Type");
  return type == "text/html" || (type.empty() && response.body.starts_with("<"));
}

void check(const api::Error& error, const net::HttpResponse& response) {
  require(error.status == response.status, "an error tells its status");
  require(!error.operation.empty() && !error.endpoint.empty(), "and what was asked");
  require(!api::to_text(error).contains('\n'), "in one line");
  require(!error.retry_after || *error.retry_after <= api::kLongestRetryAfter, "and never asks for too long a wait");
}

}  // namespace

void run(std::string_view input) {
  if (input.size() < 2) return;
  const auto all = api::operations();
  const auto& operation = all[static_cast<unsigned char>(input[0]) % all.size()];
  net::HttpResponse response{.status = kStatuses[static_cast<unsigned char>(input[1]) % std::size(kStatuses)]};
  input.remove_prefix(2);
  response.headers.add("Retry-After", std::string(take_line(input)));
  response.headers.add("Content-Type", std::string(take_line(input)));
  response.headers.add("Ratelimit", std::string(take_line(input)));
  response.body = input;

  const auto hint = api::parse_rate_hint(response.headers);
  require(hint.reset.count() >= 0 && hint.window.count() >= 0, "a hint does not point into the past");
  const auto answer = api::read_answer(operation, response, std::chrono::system_clock::time_point());
  if (!answer) return check(answer.error(), response);
  require(response.status >= 200 && response.status < 300, "only 2xx is a success");
  require(!is_html(response), "HTML is never a result");
}

}  // namespace plumbline::fuzz
