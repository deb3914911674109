#include <algorithm>
#include <chrono>

#include "base/json.h"
#include "net/http_format.h"
#include "simulator/service.h"
#include "tests/fuzz/fuzz.h"

// Requests to the whole simulated API, one after the other: `=== METHOD TARGET`, then a content type, then a body.
namespace plumbline::fuzz {
namespace {

constexpr std::string_view kMark = "=== ";

// Everything up to the next line that begins with the mark.
std::string_view take_body(std::string_view& input) {
  const auto end = std::min(input.find("\n=== "), input.size());
  const auto body = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return body;
}

net::HttpRequest take_request(std::string_view& input) {
  auto line = take_line(input);
  if (line.starts_with(kMark)) line.remove_prefix(kMark.size());
  const auto space = std::min(line.find(' '), line.size());
  net::HttpRequest request{.method = std::string(line.substr(0, space)),
                           .target = std::string(line.substr(std::min(space + 1, line.size())))};
  request.headers.add("Authorization", "Bearer fuzz");
  request.headers.add("Content-Type", std::string(take_line(input)));
  request.body = take_body(input);
  return request;
}

}  // namespace

void run(std::string_view input) {
  simulator::Service service({}, [] { return std::chrono::system_clock::time_point(); }, 1);
  while (!input.empty()) {
    const auto request = take_request(input);
    // Others never come out of the parser of requests.
    if (net::refusal(request)) continue;
    const auto reply = service.handle(request);
    require(reply.response.status >= 200 && reply.response.status < 600, "every answer has a status");
    if (reply.response.headers.get("Content-Type").starts_with("application/json")) {
      require(parse_json(reply.response.body).has_value(), "an answer of type JSON is JSON");
    }
  }
  simulator::Service other({}, [] { return std::chrono::system_clock::time_point(); }, 2);
  require(other.load(service.save()).has_value(), "a saved account can be loaded");
}

}  // namespace plumbline::fuzz
