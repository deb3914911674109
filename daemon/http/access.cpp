#include "daemon/http/access.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "net/http_server.h"

namespace plumbline::daemon {
namespace {

using net::HttpRequest;
using net::HttpResponse;

HttpResponse unauthorized(std::string_view detail) {
  auto response = problem(401, "Unauthorized", detail);
  response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

// The bearer token of a request; empty if it has none.
std::string_view bearer_of(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto given = request.headers.get("Authorization");
  const bool is_bearer = given.size() > kScheme.size() && iequals(given.substr(0, kScheme.size()), kScheme);
  return is_bearer ? given.substr(kScheme.size()) : std::string_view();
}

std::string_view name_of(Level level) {
  return level == Level::admin ? "admin" : "read";
}

// `127.0.0.1`, of `127.0.0.1:8080`, and `::1`, of `[::1]:8080`.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

// Names that no DNS answers for (RFC 6761, 6.3), and addresses.
bool is_this_machine(std::string_view host) {
  return iequals(host, "localhost") ||
         net::is_on_loopback(host.contains(':') ? "[" + std::string(host) + "]:0" : std::string(host) + ":0");
}

std::string_view without_scheme(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

// A browser tells on whose behalf it asks (Fetch, 3.2; Fetch Metadata). Programs send neither field.
bool is_of_another_origin(const HttpRequest& request) {
  const auto origin = request.headers.get("Origin");
  if (!origin.empty() && !iequals(without_scheme(origin), request.headers.get("Host"))) return true;
  const auto site = request.headers.get("Sec-Fetch-Site");
  return !site.empty() && site != "same-origin" && site != "none";
}

// Whether the request holds one of the tokens that are configured; the error says that one cannot be read.
Result<bool> holds_any(const HttpRequest& request, std::initializer_list<const Access*> accesses) {
  const auto given = bearer_of(request);
  bool held = false;
  for (const auto* access : accesses) {
    if (access->rule != Access::Rule::token) continue;
    const auto token = access->token();
    if (!token) return fail(token.error().message);
    held = constant_time_equal(given, token->reveal()) || held;
  }
  return held && !given.empty();
}

std::optional<HttpResponse> refused_token(const AccessRules& rules, Level level, const HttpRequest& request) {
  const auto& access = level == Level::admin ? rules.admin : rules.read;
  const std::string name(name_of(level));
  if (access.rule == Access::Rule::open) return std::nullopt;
  const bool admin_may = level == Level::read && rules.admin.rule == Access::Rule::token;
  if (access.rule == Access::Rule::closed && !admin_may) {
    return problem(403, "Forbidden",
                   "This listener is reachable from outside: configure server." + name + "_token to allow this");
  }
  const auto held =
      level == Level::admin ? holds_any(request, {&rules.admin}) : holds_any(request, {&rules.read, &rules.admin});
  if (!held) return problem(503, "Service Unavailable", "The " + name + " token cannot be read");
  if (*held) return std::nullopt;
  if (bearer_of(request).empty()) return unauthorized("Send Authorization: Bearer <" + name + " token>");
  return unauthorized("The token is not the " + name + " token");
}

}  // namespace

Access::Rule access_rule(std::string_view listen_address, bool has_token) {
  if (has_token) return Access::Rule::token;
  return net::is_on_loopback(listen_address) ? Access::Rule::open : Access::Rule::closed;
}

std::optional<HttpResponse> refusal(const AccessRules& rules, Level level, const HttpRequest& request) {
  if (level == Level::health) return std::nullopt;
  const auto& access = level == Level::admin ? rules.admin : rules.read;
  if (access.rule == Access::Rule::open && !is_this_machine(host_of(request.headers.get("Host")))) {
    return problem(421, "Misdirected Request",
                   "Without a token only this machine may ask, under its own name: use localhost, 127.0.0.1 or [::1]");
  }
  if (level == Level::admin && is_of_another_origin(request)) {
    return problem(403, "Forbidden", "The request comes from a page of another origin");
  }
  return refused_token(rules, level, request);
}

HttpResponse problem(int status, std::string_view title, std::string_view detail) {
  HttpResponse response{
      .status = status,
      .body = to_text(JsonObject{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}}) +
              "\n"};
  response.headers.add("Content-Type", "application/problem+json");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace plumbline::daemon
