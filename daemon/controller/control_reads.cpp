#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/time_point.h"
#include "daemon/controller/control.h"
#include "daemon/controller/worker_status.h"
#include "reconciler/explain/version_history.h"
#include "reconciler/plan/render.h"

namespace plumbline::daemon {
namespace {

using net::Reply;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kHeartbeat = 15s;
constexpr std::chrono::milliseconds kLongestWait = 30s;
// Each takes a connection for as long as its reader likes.
constexpr std::size_t kMostStreams = 16;
constexpr std::size_t kMostRecords = 1'000;

Awaitable<Reply> ready(Reply reply) {
  co_return reply;
}

Awaitable<Reply> source_of(ControlContext* context, Call call) {
  const auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  co_return json_reply(200, loop->status().to_json_text() + "\n");
}

// The source whose status has the Worker, and its entry there.
std::pair<const SourceLoop*, const WorkerStatus*> find_worker(const ControlContext& context, std::string_view account,
                                                              std::string_view worker) {
  for (const auto* loop : context.loops) {
    if (!account.empty() && loop->config().account != account) continue;
    const auto& workers = loop->status().workers();
    const auto found = std::ranges::find(workers, worker, &WorkerStatus::name);
    if (found != workers.end()) return {loop, &*found};
  }
  return {nullptr, nullptr};
}

Reply no_such_worker(std::string_view worker) {
  return problem_reply(404, "Not Found",
                       "No source has a Worker " + printable(worker) + "; /api/v1/status names those that there are");
}

Awaitable<Reply> worker_of(ControlContext* context, Call call) {
  const auto [loop, status] = find_worker(*context, call.parameter("account"), call.parameter("worker"));
  if (loop == nullptr) co_return no_such_worker(call.parameter("worker"));
  std::string text = R"({"source":)" + to_text(Json(loop->config().name)) + R"(,"worker":)";
  append_json(text, *status);
  co_return json_reply(200, text + "}\n");
}

// Why a source has no plan yet.
std::string why_no_plan(const SourceLoop& loop) {
  if (!loop.fetch_problem().empty()) return "it could not be fetched: " + loop.fetch_problem();
  if (!loop.pass_problem().empty()) return "its account could not be read: " + loop.pass_problem();
  return "it has not been compared yet";
}

Awaitable<Reply> plan_of(ControlContext* context, Call call) {
  const auto source = call.query("source");
  if (source.empty()) co_return problem_reply(400, "Bad Request", "Say which source: ?source=NAME");
  const auto* loop = find_loop(*context, source);
  if (loop == nullptr) co_return no_such_source(*context, source);
  if (!loop->plan()) {
    co_return problem_reply(409, "Conflict", "Source " + source + " has no plan: " + why_no_plan(*loop));
  }
  const auto format = call.query("format");
  if (format == "text") co_return text_reply(200, render_text(*loop->plan(), reconciler::Colour::off));
  if (format == "markdown") co_return text_reply(200, render_markdown(*loop->plan()));
  if (!format.empty() && format != "json") {
    co_return problem_reply(400, "Bad Request", "The format is json, text or markdown");
  }
  auto document = reconciler::render_json(*loop->plan());
  document.get_object()["observed_at"] = to_rfc3339(loop->plan()->observed_at);
  co_return json_reply(200, to_pretty_text(document));
}

// What a history is asked for; the error is for a person.
Result<reconciler::HistoryQuery> history_query(const Call& call) {
  reconciler::HistoryQuery query{.source = call.query("source")};
  if (const auto since = call.query("since"); !since.empty()) {
    const auto age = parse_duration(since);
    const auto time = parse_rfc3339(since);
    if (!age && !time) return fail("since is a duration such as 1h, or a time such as 2026-10-01T12:00:00Z");
    query.since = time ? *time : std::chrono::system_clock::now() - *age;
  }
  if (const auto limit = call.query("limit"); !limit.empty()) {
    const auto number = whole_number<std::size_t>(limit);
    if (!number || *number == 0 || *number > kMostRecords) return fail("limit is a number from 1 to 1000");
    query.limit = *number;
  }
  return query;
}

JsonObject to_json(const reconciler::ReconcileRecord& record) {
  return {{"id", record.reconcile_id},
          {"source", record.source},
          {"revision", record.revision},
          {"result", record.result},
          {"summary", record.summary},
          {"started", to_rfc3339(record.started)},
          {"finished", to_rfc3339(record.finished)}};
}

std::string_view word_of(const std::optional<reconciler::Outcome>& outcome) {
  if (!outcome) return "unknown";
  switch (*outcome) {
    case reconciler::Outcome::done:
      return "done";
    case reconciler::Outcome::failed:
      return "failed";
    case reconciler::Outcome::unknown:
      return "unknown";
  }
  return "unknown";
}

JsonObject to_json(const reconciler::WriteRecord& record) {
  return {{"time", to_rfc3339(record.began)},    {"call", record.call},         {"outcome", word_of(record.outcome)},
          {"reconcile_id", record.reconcile_id}, {"revision", record.revision}, {"source", record.source}};
}

template <class Record>
JsonArray to_array(const std::vector<Record>& records) {
  JsonArray out;
  out.reserve(records.size());
  for (const auto& record : records) out.emplace_back(to_json(record));
  return out;
}

Awaitable<Reply> history_of(ControlContext* context, Call call) {
  auto query = history_query(call);
  if (!query) co_return problem_reply(400, "Bad Request", query.error().message);
  const auto worker = call.query("worker");
  if (worker.empty()) {
    if (!query->source.empty() && find_loop(*context, query->source) == nullptr) {
      co_return no_such_source(*context, query->source);
    }
    const auto records = co_await context->runtime->journal().history(*query);
    co_return json_reply(200, to_pretty_text(JsonObject{{"reconciles", to_array(records)}}));
  }
  const auto [loop, status] = find_worker(*context, call.query("account"), worker);
  if (loop == nullptr) co_return no_such_worker(worker);
  auto account = loop->access().account().config().account_id;
  const auto source = loop->config().name;
  const auto records = co_await context->runtime->journal().writes_of(std::move(account), worker, *query);
  JsonObject document{{"source", source}, {"worker", worker}, {"writes", to_array(records)}};
  // Where the journal knows nothing, the versions of the Worker still do.
  if (records.empty() && loop->access().account().is_verified()) {
    const auto versions = co_await api::list_versions(loop->access().account().api(api::Priority::interactive), worker);
    JsonArray entries;
    if (versions) {
      for (const auto& entry : reconciler::history_of_versions(*versions)) entries.push_back(to_json(entry));
    }
    document["versions"] = std::move(entries);
  }
  co_return json_reply(200, to_pretty_text(document));
}

// The messages of an event stream: what has happened since, then what happens, and a comment where nothing does.
class Stream {
 public:
  Stream(EventLog* events, std::string last, std::shared_ptr<void> place)
      : events_(events), last_(std::move(last)), place_(std::move(place)) {}

  Awaitable<std::optional<std::string>> next() {
    co_await events_->wait(last_, kHeartbeat);
    if (events_->is_closed()) co_return std::nullopt;
    std::string messages;
    for (const auto& event : events_->after(last_)) {
      messages += to_stream_message(event);
      last_ = event.id;
    }
    co_return messages.empty() ? ": still here\n\n" : messages;
  }

 private:
  EventLog* events_;
  std::string last_;
  std::shared_ptr<void> place_;
};

Awaitable<Reply> events_of(ControlContext* context, Call call, std::shared_ptr<std::size_t> streams) {
  auto last = std::string(call.request.headers.get("Last-Event-ID"));
  if (const auto after = call.query("after"); !after.empty()) last = after == "now" ? context->events->newest() : after;
  if (!call.request.headers.get("Accept").contains("text/event-stream")) {
    const auto wait = parse_duration(call.query("wait"));
    if (wait) co_await context->events->wait(last, std::min(*wait, kLongestWait));
    JsonArray events;
    for (const auto& event : context->events->after(last)) events.emplace_back(to_json(event));
    const JsonObject body{{"events", std::move(events)}, {"newest", context->events->newest()}};
    co_return json_reply(200, to_text(Json(body)) + "\n");
  }
  if (*streams >= kMostStreams) {
    co_return problem_reply(503, "Service Unavailable", "Too many readers follow the events; ask again later");
  }
  ++*streams;
  std::shared_ptr<void> place(nullptr, [streams](void*) { --*streams; });
  auto stream = std::make_shared<Stream>(context->events, std::move(last), std::move(place));
  Reply reply{.response = {.status = 200, .body = "retry: 2000\n\n"}};
  reply.response.headers.add("Content-Type", "text/event-stream");
  reply.response.headers.add("Cache-Control", "no-store");
  reply.more = [stream] { return stream->next(); };
  co_return reply;
}

}  // namespace

SourceLoop* find_loop(const ControlContext& context, std::string_view source) {
  const auto found =
      std::ranges::find_if(context.loops, [&](const auto* loop) { return loop->config().name == source; });
  return found == context.loops.end() ? nullptr : *found;
}

Reply no_such_source(const ControlContext& context, std::string_view source) {
  std::string names;
  for (const auto* loop : context.loops) names += (names.empty() ? "" : ", ") + loop->config().name;
  return problem_reply(404, "Not Found", "There is no source " + printable(source) + "; there is " + names);
}

std::vector<Endpoint> read_endpoints(ControlContext* context) {
  const auto streams = std::make_shared<std::size_t>(0);
  const auto get = [](std::string_view path, std::function<Awaitable<Reply>(Call)> answer) {
    return Endpoint{.method = "GET", .path = path, .level = Level::read, .fields = {}, .answer = std::move(answer)};
  };
  return {
      get("/api/v1/status", [context](const Call&) { return ready(json_reply(200, context->status())); }),
      get("/api/v1/sources/{source}", [context](Call call) { return source_of(context, std::move(call)); }),
      get("/api/v1/accounts/{account}/workers/{worker}",
          [context](Call call) { return worker_of(context, std::move(call)); }),
      get("/api/v1/plan", [context](Call call) { return plan_of(context, std::move(call)); }),
      get("/api/v1/history", [context](Call call) { return history_of(context, std::move(call)); }),
      get("/api/v1/events", [context, streams](Call call) { return events_of(context, std::move(call), streams); }),
  };
}

}  // namespace plumbline::daemon
