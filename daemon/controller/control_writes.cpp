#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/time_point.h"
#include "daemon/controller/control.h"
#include "daemon/controller/durable_file.h"
#include "net/run_on.h"

namespace plumbline::daemon {
namespace {

using net::Reply;

constexpr std::size_t kLongestReason = 200;

Reply bad_request(std::string_view detail) {
  return problem_reply(400, "Bad Request", detail);
}

Reply answer(const JsonObject& body) {
  return json_reply(200, to_pretty_text(Json(body)));
}

// A text of the body; nothing if it is there and no text.
std::optional<std::string> text_field(const Call& call, std::string_view name) {
  const auto* field = member(call.body, name);
  if (field == nullptr) return std::string();
  if (!field->is_string()) return std::nullopt;
  return std::string(view(field->get_string()));
}

Result<Suspension> suspension_of(const Call& call) {
  const auto now = std::chrono::system_clock::now();
  const auto reason = text_field(call, "reason");
  if (!reason) return fail("reason is a text");
  if (reason->size() > kLongestReason || printable(*reason) != *reason) {
    return fail("reason is one line of at most " + std::to_string(kLongestReason) + " bytes");
  }
  Suspension suspension{.reason = *reason, .since = std::chrono::floor<std::chrono::seconds>(now)};
  const auto length = text_field(call, "for");
  if (!length) return fail("for is a duration such as 2h");
  if (length->empty()) return suspension;
  const auto duration = parse_duration(*length);
  if (!duration || duration->count() <= 0) return fail("for is a duration such as 30m, 2h or 7d");
  suspension.until = std::chrono::ceil<std::chrono::seconds>(now + *duration);
  return suspension;
}

// Puts a decision on the disk, and then in force. Nothing, or why it is not in force.
Awaitable<std::optional<Reply>> decide(ControlContext* context, SourceLoop* loop,
                                       std::function<void(SourceDecisions&)> change) {
  const auto turn = co_await context->deciding->enter();
  if (!turn) co_return problem_reply(503, "Service Unavailable", "The daemon stops");
  auto decisions = context->decisions->with(loop->config().name, change);
  auto text = decisions_to_text(decisions);
  const auto path = context->decisions->path();
  const auto written =
      co_await net::run_on(context->pool, [path, text = std::move(text)] { return write_durably(path, text); });
  if (!written) {
    co_return problem_reply(
        500, "Internal Server Error",
        "The decision is not in force: " + written.error().message +
            "; make the folder of the journal writable, or use `suspend: true` in the configuration");
  }
  context->decisions->set(std::move(decisions));
  loop->decided();
  co_return std::nullopt;
}

void tell(ControlContext* context, std::string_view type, const SourceLoop& loop, std::string worker,
          std::string message) {
  // The message of the log is constant, and the words are those of the event.
  context->logger->info("a person has decided",
                        {{"decision", type}, {"source", loop.config().name}, {"worker", worker}, {"detail", message}});
  context->events->add({.type = type,
                        .source = loop.config().name,
                        .worker = std::move(worker),
                        .message = std::move(message),
                        .revision = loop.status().attempted_revision()});
}

// Whether a source knows of the Worker, so that a misspelt name is not suspended in silence.
bool has_worker(const SourceLoop& loop, std::string_view worker) {
  const auto& workers = loop.status().workers();
  return std::ranges::find(workers, worker, &WorkerStatus::name) != workers.end();
}

Reply no_such_worker(const SourceLoop& loop, std::string_view worker) {
  return problem_reply(404, "Not Found", "Source " + loop.config().name + " has no Worker " + printable(worker));
}

JsonObject to_json(const Suspension& suspension) {
  JsonObject out{{"since", to_rfc3339(suspension.since)}, {"until", nullptr}, {"reason", suspension.reason}};
  if (suspension.until) out["until"] = to_rfc3339(*suspension.until);
  return out;
}

Awaitable<Reply> suspend(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  const auto worker = call.parameters.contains("worker") ? call.parameter("worker") : std::string();
  if (!worker.empty() && !has_worker(*loop, worker)) co_return no_such_worker(*loop, worker);
  const auto suspension = suspension_of(call);
  if (!suspension) co_return bad_request(suspension.error().message);
  const auto problem = co_await decide(context, loop, [&](SourceDecisions& decided) {
    if (worker.empty()) {
      decided.suspension = *suspension;
    } else {
      decided.workers.insert_or_assign(worker, *suspension);
    }
  });
  if (problem) co_return *problem;
  tell(context, "suspended", *loop, worker, describe(*suspension));
  co_return answer({{"source", loop->config().name},
                    {"worker", worker.empty() ? Json(nullptr) : Json(worker)},
                    {"suspension", to_json(*suspension)}});
}

Awaitable<Reply> resume(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  const auto worker = call.parameters.contains("worker") ? call.parameter("worker") : std::string();
  const auto decided = context->decisions->of(loop->config().name, std::chrono::system_clock::now());
  const bool was = worker.empty() ? decided.suspension.has_value() : decided.workers.contains(worker);
  if (!was && worker.empty() && loop->config().suspend) {
    co_return problem_reply(409, "Conflict",
                            "Source " + loop->config().name +
                                " is suspended by the configuration: take `suspend: true` out of it and reload");
  }
  // Whoever wants it to go on gets that, whether or not somebody else was faster.
  if (was) {
    const auto problem = co_await decide(context, loop, [&worker](SourceDecisions& now) {
      if (worker.empty()) {
        now.suspension.reset();
      } else {
        now.workers.erase(worker);
      }
    });
    if (problem) co_return *problem;
    tell(context, "resumed", *loop, worker, "goes on");
  }
  co_return answer({{"source", loop->config().name},
                    {"worker", worker.empty() ? Json(nullptr) : Json(worker)},
                    {"was_suspended", was},
                    {"suspended_by_configuration", loop->config().suspend}});
}

Awaitable<Reply> reconcile(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  co_return Reply{json_reply(
      202, to_pretty_text(JsonObject{{"source", loop->config().name}, {"requestedAt", loop->ask_reconcile()}}))};
}

Awaitable<Reply> approve(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  const auto digest = text_field(call, "digest");
  if (!digest || digest->empty()) co_return bad_request("digest is the plan's: {\"digest\": \"sha256:…\"}");
  const auto plan = loop->plan();
  if (!plan) co_return problem_reply(409, "Conflict", "Source " + loop->config().name + " has no plan yet");
  if (plan->digest != *digest) {
    co_return problem_reply(409, "Conflict",
                            "The plan is another one now: its digest is " + plan->digest + ", not " +
                                printable(*digest) + ". Look at it (plumbline diff " + loop->config().name +
                                ") and approve that one");
  }
  if (!plan->complete) {
    co_return problem_reply(409, "Conflict",
                            "Not everything that the plan needs could be read, so that its digest covers only a part. "
                            "Ask again after the next pass");
  }
  const JsonObject approved{
      {"source", loop->config().name}, {"digest", *digest}, {"changes", plan->change_digests.size()}};
  // Said twice, it is so once.
  const auto before = context->decisions->of(loop->config().name, std::chrono::system_clock::now()).approved;
  if (before.digest == *digest && before.changes == plan->change_digests) co_return answer(approved);
  const auto problem = co_await decide(context, loop, [&](SourceDecisions& decided) {
    decided.approved = {.digest = *digest, .changes = plan->change_digests};
  });
  if (problem) co_return *problem;
  tell(context, "approved", *loop, {}, *digest);
  co_return answer(approved);
}

Awaitable<Reply> reload(ControlContext* context) {
  const auto reloaded = co_await context->reload();
  if (!reloaded) co_return problem_reply(422, "Unprocessable Content", reloaded.error().message);
  co_return answer({{"reloaded", true}});
}

}  // namespace

std::vector<Endpoint> write_endpoints(ControlContext* context) {
  const auto post = [](std::string_view path, std::vector<std::string_view> fields,
                       std::function<Awaitable<Reply>(Call)> answer) {
    return Endpoint{.method = "POST",
                    .path = path,
                    .level = Level::admin,
                    .fields = std::move(fields),
                    .answer = std::move(answer)};
  };
  const auto suspended = [context](Call call) { return suspend(context, std::move(call)); };
  const auto resumed = [context](Call call) { return resume(context, std::move(call)); };
  return {
      post("/api/v1/sources/{source}/reconcile", {},
           [context](Call call) { return reconcile(context, std::move(call)); }),
      post("/api/v1/sources/{source}/suspend", {"for", "reason"}, suspended),
      post("/api/v1/sources/{source}/resume", {}, resumed),
      post("/api/v1/sources/{source}/workers/{worker}/suspend", {"for", "reason"}, suspended),
      post("/api/v1/sources/{source}/workers/{worker}/resume", {}, resumed),
      post("/api/v1/sources/{source}/approve", {"digest"},
           [context](Call call) { return approve(context, std::move(call)); }),
      post("/api/v1/reload", {}, [context](const Call&) { return reload(context); }),
  };
}

}  // namespace plumbline::daemon
