#include "simulator/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "simulator/control.h"
#include "simulator/errors_of_2018.h"
#include "simulator/list_faults.h"
#include "simulator/snapshot.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kApi = "/client/v4";
constexpr std::string_view kControl = "/__simulator__/";
constexpr std::string_view kBearer = "Bearer ";

Options with_zone(Options options) {
  if (options.zones.empty()) options.zones.push_back(*parse_zone("example.com"));
  return options;
}

net::HttpResponse to_response(Answer answer) {
  net::HttpResponse response;
  response.status = answer.status;
  response.headers = std::move(answer.headers);
  if (!answer.content_type.empty()) response.headers.set("Content-Type", answer.content_type);
  response.body = std::move(answer.body);
  return response;
}

Answer html_page(int status) {
  Answer answer;
  answer.status = status;
  answer.content_type = "text/html; charset=UTF-8";
  answer.body = fmt::format(
      "<!DOCTYPE html>\n<html><head><title>{0} | api.cloudflare.com</title></head>\n"
      "<body><h1>Error {0}</h1></body></html>\n",
      status);
  return answer;
}

bool has_effect(FaultKind kind) {
  return kind != FaultKind::status && kind != FaultKind::html && kind != FaultKind::reset_before &&
         kind != FaultKind::stall_before;
}

net::Delivery delivery_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::status:
    case FaultKind::html:
    case FaultKind::answer:
    case FaultKind::drop_entry:
    case FaultKind::repeat_entry:
    case FaultKind::maim_entry:
      return net::Delivery::whole;
    case FaultKind::reset_before:
    case FaultKind::reset_after:
      return net::Delivery::reset;
    case FaultKind::truncate:
      return net::Delivery::truncate;
    case FaultKind::slow:
      return net::Delivery::slow;
    case FaultKind::stall:
    case FaultKind::stall_before:
      return net::Delivery::stall;
  }
  return net::Delivery::whole;
}

Answer faulty_answer(const Fault& fault) {
  auto answer = fault.kind == FaultKind::html ? html_page(fault.status)
                                              : to_answer(Refusal{fault.status, {ApiError{fault.code, fault.message}}});
  for (const auto& header : fault.headers) answer.headers.set(header.name, header.value);
  return answer;
}

/// The answer to a call that had its effect, changed as the fault asks.
Answer changed_answer(Answer answer, const Fault& fault) {
  if (fault.kind != FaultKind::answer) return answer;
  if (fault.status != 0) answer.status = fault.status;
  if (fault.body) answer.body = *fault.body;
  for (const auto& header : fault.headers) {
    if (iequals(header.name, "Content-Type")) {
      answer.content_type = header.value;
    } else {
      answer.headers.set(header.name, header.value);
    }
  }
  return answer;
}

/// Identifies a caller for the rate limit.
std::string_view credential_of(const net::HttpRequest& request) {
  const auto token = request.headers.get("authorization");
  return token.empty() ? request.headers.get("x-auth-key") : token;
}

LogEntry entry_of(const net::HttpRequest& request, Instant now) {
  const std::string_view target = request.target;
  const auto path = net::path_of(target);
  LogEntry entry;
  entry.time = now;
  entry.method = request.method;
  entry.path = path;
  entry.query = target.substr(std::min(path.size() + 1, target.size()));
  entry.request_bytes = request.body.size();
  entry.content_type = request.headers.get("content-type");
  return entry;
}

}  // namespace

Service::Service(Options options, Clock clock, std::uint64_t seed)
    : world_(with_zone(std::move(options)), std::move(clock), seed) {}

net::Reply Service::handle(const net::HttpRequest& request) {
  const auto path = net::path_of(request.target);
  if (path.starts_with(kControl)) {
    net::Reply reply;
    reply.response = to_response(control(*this, request, path.substr(kControl.size())));
    if (request.method != "GET") ++changes_;
    return reply;
  }
  auto entry = entry_of(request, world_.now());
  auto reply = answer(request, path);
  if (request.method != "GET") ++changes_;
  const bool is_cut = reply.delivery == net::Delivery::reset || reply.delivery == net::Delivery::stall;
  entry.status = is_cut ? 0 : reply.response.status;
  entry.response_bytes = is_cut ? 0 : reply.response.body.size();
  log_.add(std::move(entry));
  return reply;
}

net::Reply Service::answer(const net::HttpRequest& request, std::string_view path) {
  net::Reply reply;
  reply.pause = latency();
  net::Headers limit_headers;
  const auto api_path = path.starts_with(kApi) ? path.substr(kApi.size()) : std::string_view();
  if (auto refused = over_the_limit(request, limit_headers)) {
    reply.response = to_response(std::move(*refused));
    return reply;
  }
  const auto fault = faults_.strike(request.method, api_path);
  if (fault) {
    reply.delivery = delivery_of(fault->kind);
    reply.pause = fault->kind == FaultKind::slow ? fault->delay : reply.pause + fault->delay;
  }
  if (fault && !has_effect(fault->kind)) {
    reply.response = to_response(faulty_answer(*fault));
  } else {
    // A fault changes the answer as it is.
    auto outcome = route(request, api_path, fault ? Coding::plain : coding_for(request));
    if (!outcome && !world_.semantics().errors_today) {
      outcome = std::unexpected(as_of_2018(world_, request.method, api_path, std::move(outcome.error())));
    }
    auto answer = outcome ? std::move(*outcome) : to_answer(outcome.error());
    reply.response = to_response(fault ? changed_answer(std::move(answer), *fault) : std::move(answer));
    if (fault && strikes_lists(fault->kind)) {
      reply.response.body = with_list_fault(*fault, std::move(reply.response.body));
    }
  }
  for (const auto& header : limit_headers) reply.response.headers.set(header.name, header.value);
  return reply;
}

Outcome Service::route(const net::HttpRequest& request, std::string_view path, Coding coding) {
  const auto match = router_.find(request.method, path);
  const auto access = match ? match->endpoint->access : Access::token;
  if (auto allowed = authorise(request, path, access); !allowed) {
    return std::unexpected(allowed.error());
  }
  if (!match && router_.knows(path)) {
    return refuse(405, 7001, fmt::format("Method {} not available for that URI.", printable(request.method)));
  }
  if (!match) return no_such_path(net::path_of(request.target));
  const bool other_account =
      match->endpoint->pattern.starts_with("/accounts/:account") && match->params.front() != world_.options.account_id;
  if (other_account) return no_such_path(net::path_of(request.target));
  // With a lag, answers also change by the time that passes.
  const bool lasts = match->endpoint->lasts == Lasts::until_a_change && world_.semantics().read_lag.count() == 0;
  if (lasts) {
    if (const auto* kept = kept_.find(request.target, coding, changes_)) return *kept;
  }
  Call call{world_, request, match->params};
  auto outcome = match->endpoint->handle(call);
  if (!outcome) return outcome;
  auto answer = in_coding(*std::move(outcome), coding);
  if (!lasts) return answer;
  return kept_.keep(request.target, coding, std::move(answer));
}

Try<void> Service::authorise(const net::HttpRequest& request, std::string_view path, Access access) const {
  const auto authorization = request.headers.get("authorization");
  const auto key = request.headers.get("x-auth-key");
  if (authorization.empty() && (key.empty() || request.headers.get("x-auth-email").empty())) {
    return refuse(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  }
  const bool is_bearer = authorization.starts_with(kBearer);
  const auto token = is_bearer ? authorization.substr(kBearer.size()) : key;
  const auto& uploads = world_.account.uploads;
  const bool good =
      access == Access::upload_session
          ? std::ranges::find(uploads, token, &UploadSession::token) != uploads.end()
          : !token.empty() && (world_.options.token.empty() || constant_time_equal(token, world_.options.token));
  const bool wants_key = access == Access::global_key && !world_.semantics().legacy_tokens;
  if (good && is_bearer && wants_key) return refuse(403, 10000, "Authentication error");
  if (good && (is_bearer || authorization.empty())) return {};
  // The Workers part and the rest of the API have different messages.
  if (path.starts_with("/accounts/")) return refuse(401, 10000, "Authentication error");
  return refuse(403, 9109, "Invalid access token");
}

std::optional<Answer> Service::over_the_limit(const net::HttpRequest& request, net::Headers& headers) {
  const auto& limit = world_.options.rate_limit;
  if (!limit) return std::nullopt;
  const auto verdict = limiter_.admit(*limit, credential_of(request), world_.now());
  const auto window = std::chrono::ceil<std::chrono::seconds>(limit->window).count();
  headers.add("Ratelimit", fmt::format("\"default\";r={};t={}", verdict.remaining,
                                       (verdict.allowed ? verdict.reset : verdict.retry_after).count()));
  headers.add("Ratelimit-Policy", fmt::format("\"default\";q={};w={}", limit->calls, window));
  if (verdict.allowed) return std::nullopt;
  auto answer = to_answer(Refusal{429, {ApiError{971, "Please wait and consider throttling your request speed"}}});
  answer.headers = headers;
  answer.headers.set("Retry-After", std::to_string(verdict.retry_after.count()));
  return answer;
}

std::chrono::milliseconds Service::latency() {
  const auto& latency = world_.options.latency;
  if (latency.mean.count() == 0) return latency.mean;
  const auto mean = static_cast<double>(latency.mean.count());
  const auto jitter = static_cast<double>(latency.jitter.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(world_.ids.between(mean - jitter, mean + jitter)));
}

Result<void> Service::add_faults(const Json& stated) {
  const auto* list = stated.if_array();
  const auto items = list ? *list : JsonArray{stated};
  std::vector<Fault> faults;
  for (const auto& item : items) {
    auto fault = parse_fault(item);
    if (!fault) return std::unexpected(fault.error());
    faults.push_back(std::move(*fault));
  }
  for (auto& fault : faults) faults_.add(std::move(fault));
  return {};
}

std::string Service::save() const {
  return to_text(dump(world_, Detail::everything));
}

Result<void> Service::load(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return std::unexpected(json.error());
  kept_.clear();
  return restore(world_, *json);
}

}  // namespace plumbline::simulator
