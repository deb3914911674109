#include "daemon/http/endpoints.h"

#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "net/http_server.h"
#include "net/url.h"

namespace plumbline::daemon {
namespace {

net::HttpResponse answer(int status, std::string_view content_type, std::string body) {
  net::HttpResponse response{.status = status, .body = std::move(body)};
  response.headers.add("Content-Type", std::string(content_type));
  // The answer is true only for a moment.
  response.headers.add("Cache-Control", "no-store");
  return response;
}

net::HttpResponse text(int status, std::string body) {
  return answer(status, "text/plain; charset=utf-8", std::move(body));
}

net::HttpResponse not_found(std::string_view path) {
  return problem(404, "Not Found", "There is nothing at " + printable(path));
}

// Everything here is read-only.
bool is_read(const net::HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

net::HttpResponse not_allowed() {
  auto response = problem(405, "Method Not Allowed", "Use GET");
  response.headers.add("Allow", "GET, HEAD");
  return response;
}

net::HttpResponse ready(const std::vector<std::string>& missing) {
  if (missing.empty()) return text(200, "ok\n");
  std::string body = "not ready\n";
  for (const auto& line : missing) body += "- " + line + "\n";
  return text(503, std::move(body));
}

net::HttpResponse unauthorized(std::string_view detail) {
  auto response = problem(401, "Unauthorized", detail);
  response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

// The refusal for a request; nothing if it may read.
std::optional<net::HttpResponse> refusal(const ReadAccess& access, const net::HttpRequest& request) {
  if (access.rule == ReadAccess::Rule::open) return std::nullopt;
  if (access.rule == ReadAccess::Rule::closed) {
    return problem(403, "Forbidden", "This listener is reachable from outside: configure server.read_token");
  }
  const auto token = access.token();
  if (!token) return problem(503, "Service Unavailable", "The read token cannot be read");
  constexpr std::string_view kScheme = "Bearer ";
  const auto given = request.headers.get("Authorization");
  const bool bearer = given.size() > kScheme.size() && iequals(given.substr(0, kScheme.size()), kScheme);
  if (!bearer) return unauthorized("Send Authorization: Bearer <read token>");
  if (!constant_time_equal(given.substr(kScheme.size()), token->reveal())) {
    return unauthorized("The token is not the read token");
  }
  return std::nullopt;
}

}  // namespace

ReadAccess::Rule read_rule(std::string_view listen_address, bool has_token) {
  if (has_token) return ReadAccess::Rule::token;
  return net::is_on_loopback(listen_address) ? ReadAccess::Rule::open : ReadAccess::Rule::closed;
}

bool is_health(const net::HttpRequest& request) {
  const auto path = net::path_of(request.target);
  return path == "/livez" || path == "/readyz" || path == "/metrics";
}

net::HttpResponse answer_status(const StatusView& view, const net::HttpRequest& request) {
  const auto path = net::path_of(request.target);
  if (path != "/livez" && path != "/readyz" && path != "/api/v1/status") return not_found(path);
  if (!is_read(request)) return not_allowed();
  if (path == "/livez") return text(200, "ok\n");
  if (path == "/readyz") return ready(view.missing());
  if (auto refused = refusal(view.access, request)) return std::move(*refused);
  return answer(200, "application/json", to_pretty_text(view.status()));
}

net::HttpResponse answer_metrics(const std::function<std::string()>& exposition, const net::HttpRequest& request) {
  const auto path = net::path_of(request.target);
  if (path != "/metrics") return not_found(path);
  if (!is_read(request)) return not_allowed();
  return answer(200, "text/plain; version=0.0.4; charset=utf-8", exposition());
}

net::HttpResponse problem(int status, std::string_view title, std::string_view detail) {
  const JsonObject body{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
  return answer(status, "application/problem+json", to_text(body) + "\n");
}

}  // namespace plumbline::daemon
