#include "reconciler/send.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include "api/resources.h"

#include "net/run_on.h"
#include "reconciler/secret_values.h"

namespace plumbline::reconciler {
namespace {

// As reported, a Worker may take some seconds to be known everywhere.
constexpr int kLagAttempts = 6;
constexpr std::chrono::milliseconds kFirstLag{250};

plumbline::Result<std::vector<api::Module>> read_modules(const manifests::SourceTree& tree,
                                                         const std::vector<manifests::ModuleFile>& files) {
  std::vector<api::Module> modules;
  for (const auto& file : files) {
    auto bytes = manifests::read_module(tree, file);
    if (!bytes) return std::unexpected(bytes.error());
    modules.push_back({file.name, file.content_type, std::move(*bytes)});
  }
  return modules;
}

api::Result<JsonObject> without_answer(api::Result<void> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return JsonObject();
}

Awaitable<api::Result<JsonObject>> put_schedules(api::Account account, std::string worker, JsonObject body) {
  Schedules crons;
  for (const auto& cron : body.at("schedules").as_array()) crons.emplace_back(view(cron.as_string()));
  auto put = co_await api::put_schedules(account, worker, crons);
  if (!put) co_return std::unexpected(std::move(put.error()));
  co_return JsonObject();
}

}  // namespace

api::Error local_error(std::string message) {
  api::Error error;
  error.kind = api::ErrorKind::invalid;
  error.message = std::move(message);
  return error;
}

Awaitable<api::Result<PreparedCall>> prepare_call(const Scope* scope,
                                                  std::shared_ptr<const manifests::DesiredState> desired,
                                                  const WorkerChange* change, const PlannedCall* call) {
  PreparedCall prepared{call->body, {}, {}};
  if (!call->modules.empty()) {
    auto modules = co_await net::run_on(
        scope->pool, [tree = desired->tree, files = &call->modules] { return read_modules(*tree, *files); });
    // A folder that changed under the plan: what was planned is not there any more.
    if (!modules) co_return std::unexpected(local_error(modules.error().message));
    prepared.modules = std::move(*modules);
  }
  if (!call->secrets.empty()) {
    auto values = co_await net::run_on(
        scope->pool, [target = change->target, names = &call->secrets, stores = scope->stores,
                      key = scope->fingerprint_key] { return read_secret_values(*target, *names, *stores, *key); });
    if (!values) co_return std::unexpected(local_error(values.error().message));
    auto& bindings = prepared.body["bindings"].get_array();
    for (const auto& [name, value] : *values) {
      bindings.push_back({{"name", name}, {"type", "secret_text"}, {"text", value.reveal()}});
    }
  }
  co_return prepared;
}

Awaitable<api::Result<JsonObject>> send_call(api::Account account, std::string worker, const PlannedCall* call,
                                             PreparedCall prepared) {
  auto& body = prepared.body;
  switch (call->kind) {
    case PlannedCall::Kind::assets_session:
      break;  // upload_assets() makes it, with all that follows from its answer
    case PlannedCall::Kind::upload:
      co_return co_await api::upload_script(account, worker, std::move(body), std::move(prepared.modules),
                                            prepared.begin_by);
    case PlannedCall::Kind::patch_settings:
      co_return co_await api::patch_settings(account, worker, std::move(body));
    case PlannedCall::Kind::patch_script_settings:
      co_return co_await api::patch_script_settings(account, worker, std::move(body));
    case PlannedCall::Kind::post_subdomain:
      co_return co_await api::post_subdomain(account, worker, std::move(body));
    case PlannedCall::Kind::put_schedules:
      co_return co_await put_schedules(account, worker, std::move(body));
    case PlannedCall::Kind::delete_secret:
      co_return without_answer(co_await api::delete_secret(account, worker, call->secret_name));
    case PlannedCall::Kind::patch_secrets_bulk:
      co_return without_answer(co_await api::put_secrets_bulk(account, worker, std::move(body)));
    case PlannedCall::Kind::delete_script:
      co_return without_answer(co_await api::delete_script(account, worker));
    case PlannedCall::Kind::post_route:
      co_return co_await api::create_route(account, call->zone_id, std::move(body));
    case PlannedCall::Kind::put_route:
      co_return co_await api::update_route(account, call->zone_id, call->resource_id, std::move(body));
    case PlannedCall::Kind::delete_route:
      co_return without_answer(co_await api::delete_route(account, call->zone_id, call->resource_id));
    case PlannedCall::Kind::put_domain:
      co_return co_await api::put_domain(account, std::move(body));
    case PlannedCall::Kind::delete_domain:
      co_return without_answer(co_await api::delete_domain(account, call->resource_id));
    case PlannedCall::Kind::post_consumer:
      co_return co_await api::create_queue_consumer(account, call->queue_id, std::move(body));
    case PlannedCall::Kind::put_consumer:
      co_return co_await api::update_queue_consumer(account, call->queue_id, call->consumer_id, std::move(body));
    case PlannedCall::Kind::delete_consumer:
      co_return without_answer(co_await api::delete_queue_consumer(account, call->queue_id, call->consumer_id));
    case PlannedCall::Kind::put_workflow:
      co_return co_await api::put_workflow(account, call->workflow, std::move(body));
    case PlannedCall::Kind::put_zone_script:
    case PlannedCall::Kind::post_filter:
    case PlannedCall::Kind::put_filter:
    case PlannedCall::Kind::delete_filter:
      break;  // of a zone and not of an account: see apply_zone_workers.h
  }
  co_return JsonObject();
}

Awaitable<api::Result<JsonObject>> send_over_lag(api::Account account, std::string worker, const PlannedCall* call,
                                                 PreparedCall prepared,
                                                 std::function<bool(const api::Error&)> may_be_lag) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  auto answer = co_await send_call(account, worker, call, std::move(prepared));
  auto pause = kFirstLag;
  for (int attempt = 1; !answer && attempt < kLagAttempts && may_be_lag(answer.error()); ++attempt) {
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    pause *= 2;
    answer = co_await send_call(account, worker, call, PreparedCall{call->body, {}, {}});
  }
  co_return answer;
}

}  // namespace plumbline::reconciler
