#include "api/error.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace plumbline::api {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::lost_answer:
      return "lost_answer";
    case ErrorKind::rate_limited:
      return "rate_limited";
    case ErrorKind::server:
      return "server";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::blocked:
      return "blocked";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::stale_source:
      return "stale_source";
    case ErrorKind::local:
      return "local";
  }
  return "unknown";
}

Error own_error(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

std::string to_text(const Error& error) {
  // An error from before a call was made has no endpoint.
  std::string text = error.endpoint.empty() ? std::string() : fmt::format("{}: ", error.endpoint);
  const auto out = std::back_inserter(text);
  if (error.status != 0) fmt::format_to(out, "HTTP {}: ", error.status);
  text += error.message.empty() ? to_string(error.kind) : std::string_view(error.message);
  if (error.code != 0) fmt::format_to(out, " [code {}]", error.code);
  if (!error.cf_ray.empty()) fmt::format_to(out, " [ray {}]", error.cf_ray);
  if (!error.documentation_url.empty()) fmt::format_to(out, " [see {}]", error.documentation_url);
  return text;
}

}  // namespace plumbline::api
