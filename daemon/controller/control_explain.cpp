#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "base/time_point.h"
#include "daemon/controller/control.h"
#include "daemon/controller/source_load.h"
#include "daemon/controller/worker_status.h"
#include "manifests/accept_live.h"
#include "manifests/sources/source_tree.h"
#include "manifests/sources/tree_listing.h"
#include "net/run_on.h"
#include "reconciler/explain/drift_values.h"
#include "reconciler/explain/explanation.h"
#include "reconciler/explain/exposure.h"
#include "reconciler/explain/serving.h"

// Where something comes from, and what was changed behind git's back.
namespace plumbline::daemon {
namespace {

using net::Reply;

constexpr std::uint64_t kLargestManifest = std::uint64_t{1024} * 1024;

Reply not_compared_yet() {
  return problem_reply(409, "Conflict", "No source has been compared yet; /api/v1/status says why");
}

enum class AnswerAs { json, text };

// What an answer is made from. Plans do not change, so it can be made beside the loop.
struct Planned {
  std::string source;
  std::string account;
  std::shared_ptr<const reconciler::Plan> plan;
  std::map<std::string, Condition, std::less<>> conditions;  ///< of the source
};

std::vector<Planned> plans_of(const ControlContext& context) {
  std::vector<Planned> plans;
  plans.reserve(context.loops.size());
  for (const auto* loop : context.loops) {
    if (!loop->plan()) continue;
    plans.push_back({loop->config().name, loop->config().account, loop->plan(), loop->status().conditions()});
  }
  return plans;
}

// What the sources of each account know of it together.
std::map<std::string, reconciler::Exposure> exposures_of(const std::vector<Planned>& plans) {
  std::map<std::string, std::vector<reconciler::Exposure>> known;
  for (const auto& planned : plans) known[planned.account].push_back(exposure_of(*planned.plan));
  std::map<std::string, reconciler::Exposure> merged;
  for (auto& [account, exposures] : known) merged.emplace(account, reconciler::merged(std::move(exposures)));
  return merged;
}

// `plans` is not empty.
Reply explain_url(const std::vector<Planned>& plans, const reconciler::RequestUrl& url, AnswerAs form) {
  const auto exposures = exposures_of(plans);
  // A zone is in one account: that of which something leads to the URL, or else any, which says what it does not know.
  std::optional<reconciler::Serving> best;
  std::string account;
  for (const auto& [name, exposure] : exposures) {
    auto serving = reconciler::serving(url, exposure);
    if (best && (serving.candidates.empty() || !best->candidates.empty())) continue;
    best = std::move(serving);
    account = name;
  }
  if (form == AnswerAs::text) return text_reply(200, as_text(*best));
  auto document = reconciler::to_json(*best);
  document.get_object()["account"] = account;
  document.get_object()["observed_at"] = to_rfc3339(exposures.at(account).observed_at);
  return json_reply(200, to_pretty_text(document));
}

// Those of a source that a person has to know of: it is not ready, or something is the matter.
std::string conditions_text(const std::map<std::string, Condition, std::less<>>& conditions) {
  std::string text;
  for (const auto& [type, condition] : conditions) {
    const auto good = type == "Ready" ? Truth::yes : Truth::no;
    const bool is_told = condition.status == Truth::unknown ? type == "Ready" : condition.status != good;
    if (!is_told || type == "SourceVerified") continue;
    text += "  " + type + " " + std::string(to_string(condition.status)) + ": " + printable(condition.reason);
    if (!condition.message.empty()) text += ": " + printable(condition.message);
    text += '\n';
  }
  return text;
}

// By the source that manages the Worker, or else by one of the account that has it.
Reply explain_one_worker(const std::vector<Planned>& plans, const std::string& worker, AnswerAs form) {
  const Planned* found = nullptr;
  std::optional<reconciler::WorkerExplanation> explanation;
  for (const auto& planned : plans) {
    auto mine = explain_worker(*planned.plan, worker);
    if (!mine || (explanation && mine->file.empty())) continue;
    found = &planned;
    explanation = std::move(mine);
    if (!explanation->file.empty()) break;
  }
  if (found == nullptr) {
    return problem_reply(404, "Not Found", "Neither an account nor a manifest has a Worker " + printable(worker));
  }
  const auto observed = to_rfc3339(found->plan->observed_at);
  if (form == AnswerAs::text) {
    return text_reply(200, as_text(*explanation) + "source " + found->source + ", as the account was read at " +
                               observed + "\n" + conditions_text(found->conditions));
  }
  auto document = to_json(*explanation);
  JsonArray conditions;
  for (const auto& [type, condition] : found->conditions) {
    conditions.push_back(JsonObject{{"type", type},
                                    {"status", to_string(condition.status)},
                                    {"reason", condition.reason},
                                    {"message", condition.message}});
  }
  document.get_object()["conditions"] = std::move(conditions);
  document.get_object()["source"] = found->source;
  document.get_object()["account"] = found->account;
  document.get_object()["observed_at"] = observed;
  return json_reply(200, to_pretty_text(document));
}

// Waits until the plans show the account as it is. Nothing, or why they do not.
Awaitable<std::optional<Reply>> catch_up(std::vector<SourceLoop*> loops) {
  for (auto* loop : loops) {
    co_await loop->catch_up();
    if (!loop->is_behind()) continue;
    auto reply = problem_reply(503, "Service Unavailable",
                               "Source " + loop->config().name +
                                   " was written, and its account has not been read since; ask again in a moment");
    reply.response.headers.add("Retry-After", "5");
    co_return reply;
  }
  co_return std::nullopt;
}

Awaitable<Reply> explain(ControlContext* context, Call call) {
  if (auto behind = co_await catch_up(context->loops)) co_return *std::move(behind);
  const auto form = call.query("format") == "text" ? AnswerAs::text : AnswerAs::json;
  const auto worker = call.query("worker");
  const auto asked = call.query("url");
  if (asked.empty() && worker.empty()) {
    co_return problem_reply(400, "Bad Request", "Say what is to be explained: ?url=URL or ?worker=NAME");
  }
  const auto url = asked.empty() ? Result<reconciler::RequestUrl>() : reconciler::parse_request_url(asked);
  if (!url) co_return problem_reply(400, "Bad Request", url.error().message);
  auto plans = plans_of(*context);
  if (plans.empty()) co_return not_compared_yet();
  co_return co_await net::run_on(context->pool, [plans = std::move(plans), url = *url, asked, worker, form] {
    return asked.empty() ? explain_one_worker(plans, worker, form) : explain_url(plans, url, form);
  });
}

JsonArray to_array(const std::vector<std::string>& texts) {
  return JsonArray(texts.begin(), texts.end());
}

JsonObject to_json(const reconciler::VersionMaker& maker) {
  return {{"author", maker.email}, {"client", maker.source}};
}

// What has drifted of a Worker, who changed it, and what `ignore` could leave to others.
JsonObject drift_of_worker(const reconciler::WorkerChange& change) {
  JsonArray lines;
  for (const auto& line : change.lines) {
    if (!line.is_drift()) continue;
    lines.push_back(JsonObject{{"what", line.what},
                               {"detail", line.as_drift.empty() ? line.detail : line.as_drift},
                               {"pointer", line.pointer}});
  }
  for (const auto& exposure : change.exposure) {
    if (exposure.drift) {
      lines.push_back(JsonObject{{"what", address_of(exposure)}, {"detail", exposure.detail}, {"pointer", ""}});
    }
  }
  const auto ignores = drift_ignores(change);
  return {{"worker", change.name},
          {"file", change.file},
          {"changed_by", to_json(change.edit)},
          {"held_back", change.block && change.block->reason == reconciler::Reason::drifted},
          {"lines", std::move(lines)},
          {"ignore", to_array(ignores.pointers)},
          {"not_ignorable", to_array(ignores.not_ignorable)}};
}

bool has_drifted(const reconciler::WorkerChange& change) {
  return reconciler::has_drift(change.origin) ||
         std::ranges::any_of(change.exposure, [](const auto& exposure) { return exposure.drift; });
}

std::vector<const reconciler::WorkerChange*> drifted(const reconciler::Plan& plan, const std::string& worker) {
  std::vector<const reconciler::WorkerChange*> found;
  for (const auto& change : plan.workers) {
    if (has_drifted(change) && (worker.empty() || worker == change.name)) found.push_back(&change);
  }
  return found;
}

JsonObject refusal_of(const std::string& worker, const manifests::NotAccepted& refused) {
  return {{"worker", worker},
          {"what", refused.what},
          {"file", refused.where.file},
          {"line", refused.where.line},
          {"message", refused.message}};
}

// The manifests as they would have to be, each with the digest of what it is now: whoever writes them into a working
// copy knows whether it is the same there.
Awaitable<JsonObject> accepted(ControlContext* context, const SourceLoop* loop,
                               std::vector<const reconciler::WorkerChange*> changes) {
  JsonArray refused;
  std::vector<manifests::AcceptedWorker> workers;
  for (const auto* change : changes) {
    auto values = drift_values(*change);
    for (const auto& one : values.refused) refused.push_back(refusal_of(change->name, one));
    workers.push_back(std::move(values.worker));
  }
  const auto tree = loop->desired()->tree;
  const auto options = load_options_of(loop->config());
  const auto made = co_await net::run_on(context->pool, [tree, options, workers = std::move(workers)] {
    return manifests::accept_live(tree, options, workers);
  });
  for (const auto& one : made.refused) refused.push_back(refusal_of(one.worker, one.value));
  JsonArray files;
  for (const auto& [path, text] : made.files) {
    const auto before = tree->read(path, kLargestManifest);
    files.push_back(JsonObject{{"path", manifests::path_in(tree->prefix(), path)},
                               {"was", before ? sha256_hex(*before) : ""},
                               {"text", text}});
  }
  co_return JsonObject{{"files", std::move(files)}, {"refused", std::move(refused)}};
}

Awaitable<Reply> drift(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  if (auto behind = co_await catch_up({loop})) co_return *std::move(behind);
  const auto plan = loop->plan();
  if (!plan) co_return not_compared_yet();
  const auto changes = drifted(*plan, call.query("worker"));
  JsonArray workers;
  for (const auto* change : changes) workers.push_back(drift_of_worker(*change));
  JsonObject document{{"source", loop->config().name},
                      {"revision", plan->revision},
                      {"observed_at", to_rfc3339(plan->observed_at)},
                      {"drift", std::move(workers)}};
  if (call.query("accept") == "true") {
    if (!loop->desired() || loop->desired()->revision != plan->revision) {
      co_return problem_reply(409, "Conflict", "A newer revision has come; ask again after the next pass");
    }
    document["accept"] = co_await accepted(context, loop, changes);
  }
  co_return json_reply(200, to_pretty_text(document));
}

Awaitable<Reply> revert(ControlContext* context, Call call) {
  auto* loop = find_loop(*context, call.parameter("source"));
  if (loop == nullptr) co_return no_such_source(*context, call.parameter("source"));
  if (!loop->plan()) co_return not_compared_yet();
  if (loop->config().policy == reconciler::Prune::report || loop->status().suspension()) {
    co_return problem_reply(
        409, "Conflict",
        "Nothing is written to source " + loop->config().name + ": its policy is report, or it is suspended");
  }
  const auto* worker = member(call.body, "worker");
  if (worker != nullptr && !worker->is_string()) co_return problem_reply(400, "Bad Request", "worker is a name");
  std::set<std::string> names;
  const auto wanted = worker == nullptr ? std::string() : std::string(view(worker->get_string()));
  for (const auto* change : drifted(*loop->plan(), wanted)) names.insert(change->name);
  if (names.empty()) co_return problem_reply(409, "Conflict", "Nothing has drifted as far as the last pass has seen");
  const auto listed = std::vector<std::string>(names.begin(), names.end());
  loop->ask_revert(std::move(names));
  co_return json_reply(202, to_pretty_text(JsonObject{{"source", loop->config().name}, {"workers", to_array(listed)}}));
}

}  // namespace

std::vector<Endpoint> explaining_endpoints(ControlContext* context) {
  const auto of = [context](auto function) {
    return [context, function](Call call) { return function(context, std::move(call)); };
  };
  return {
      {.method = "GET", .path = "/api/v1/explain", .level = Level::read, .fields = {}, .answer = of(explain)},
      {.method = "GET",
       .path = "/api/v1/sources/{source}/drift",
       .level = Level::read,
       .fields = {},
       .answer = of(drift)},
      {.method = "POST",
       .path = "/api/v1/sources/{source}/drift/revert",
       .level = Level::admin,
       .fields = {"worker"},
       .answer = of(revert)},
  };
}

}  // namespace plumbline::daemon
