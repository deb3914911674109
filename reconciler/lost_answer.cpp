#include "reconciler/lost_answer.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/resources.h"
#include "reconciler/canonical.h"
#include "reconciler/observe.h"

namespace plumbline::reconciler {
namespace {

using std::chrono::milliseconds;

// These coroutines are children of await_lost_write() and end before it does.

// A version with what we annotated that was not there before. The same may have been annotated before as well.
Awaitable<bool> is_version_seen(const LostWrite* write) {
  const auto deployments = co_await api::list_deployments(write->account, write->worker);
  if (!deployments) co_return false;
  const auto active = active_deployment(*deployments);
  if (!active.is_known() || active->versions.empty()) co_return false;
  const auto id = active->versions.front().version_id;
  const bool known =
      std::ranges::any_of(write->known_versions, [&id](const auto& version) { return same_version(version, id); });
  if (known) co_return false;
  const auto version = co_await api::get_version(write->account, write->worker, id);
  co_return version&& bears_annotations(*version, write->call->body);
}

// The next plan begins with the list.
Awaitable<bool> is_listed(const LostWrite* write) {
  const auto scripts = co_await api::list_scripts(write->account);
  co_return scripts&& std::ranges::any_of(
      *scripts, [write](const Json& script) { return string_member(script, "id") == write->worker; });
}

Awaitable<bool> is_upload_seen(const LostWrite* write) {
  if (!co_await is_version_seen(write)) co_return false;
  co_return !write->creates || co_await is_listed(write);
}

bool holds(const api::Result<JsonObject>& live, const JsonObject& body) {
  if (!live) return false;
  const Json read = *live;
  return satisfies(&read, body);
}

Awaitable<bool> are_script_settings_seen(const LostWrite* write) {
  const auto live = co_await api::get_script_settings(write->account, write->worker);
  co_return holds(live, write->call->body);
}

Awaitable<bool> is_subdomain_seen(const LostWrite* write) {
  const auto live = co_await api::get_subdomain(write->account, write->worker);
  co_return holds(live, write->call->body);
}

Awaitable<bool> are_schedules_seen(const LostWrite* write) {
  const auto live = co_await api::get_schedules(write->account, write->worker);
  if (!live) co_return false;
  Schedules written;
  for (const auto& cron : write->call->body.at("schedules").as_array()) written.emplace_back(view(cron.as_string()));
  co_return schedules_of(*live) == canonical_schedules(std::move(written));
}

Awaitable<bool> is_secret_gone(const LostWrite* write) {
  const auto secrets = co_await api::list_secrets(write->account, write->worker);
  co_return secrets&& std::ranges::none_of(
      *secrets, [write](const Json& secret) { return string_member(secret, "name") == write->call->secret_name; });
}

Awaitable<bool> are_secrets_gone(const LostWrite* write) {
  const auto secrets = co_await api::list_secrets(write->account, write->worker);
  co_return secrets&& std::ranges::none_of(*secrets, [write](const Json& secret) {
    const auto* value = member(write->call->body, string_member(secret, "name"));
    return value != nullptr && value->is_null();
  });
}

Awaitable<bool> is_worker_gone(const LostWrite* write) {
  const auto scripts = co_await api::list_scripts(write->account);
  co_return scripts&& std::ranges::none_of(
      *scripts, [write](const Json& script) { return string_member(script, "id") == write->worker; });
}

Awaitable<bool> is_consumer_seen(const LostWrite* write) {
  const auto consumers = co_await api::list_queue_consumers(write->account, write->call->queue_id);
  if (!consumers) co_return false;
  if (write->call->kind == PlannedCall::Kind::delete_consumer) {
    co_return std::ranges::none_of(*consumers, [write](const Json& consumer) {
      return string_member(consumer, "consumer_id") == write->call->consumer_id;
    });
  }
  co_return std::ranges::any_of(*consumers,
                                [write](const Json& consumer) { return satisfies(&consumer, write->call->body); });
}

Awaitable<bool> is_workflow_seen(const LostWrite* write) {
  const auto live = co_await api::get_workflow(write->account, write->call->workflow);
  if (!live) co_return false;
  co_return std::ranges::all_of(std::initializer_list<const char*>{"script_name", "class_name"}, [&](const auto* key) {
    return string_member(*live, key) == string_member(write->call->body, key);
  });
}

// Calls that are not journalled as a Worker's own: nobody looks for them here.
Awaitable<bool> is_unseen() {
  co_return false;
}

Awaitable<bool> is_seen(const LostWrite* write) {
  switch (write->call->kind) {
    case PlannedCall::Kind::upload:
    case PlannedCall::Kind::patch_settings:
      return is_upload_seen(write);
    case PlannedCall::Kind::patch_script_settings:
      return are_script_settings_seen(write);
    case PlannedCall::Kind::post_subdomain:
      return is_subdomain_seen(write);
    case PlannedCall::Kind::put_schedules:
      return are_schedules_seen(write);
    case PlannedCall::Kind::delete_secret:
      return is_secret_gone(write);
    case PlannedCall::Kind::patch_secrets_bulk:
      return are_secrets_gone(write);
    case PlannedCall::Kind::delete_script:
      return is_worker_gone(write);
    case PlannedCall::Kind::put_workflow:
      return is_workflow_seen(write);
    case PlannedCall::Kind::post_consumer:
    case PlannedCall::Kind::put_consumer:
    case PlannedCall::Kind::delete_consumer:
      return is_consumer_seen(write);
    default:
      return is_unseen();
  }
}

}  // namespace

bool is_answer_lost(const api::Error& error) {
  return error.kind == api::ErrorKind::lost_answer || error.kind == api::ErrorKind::server;
}

std::optional<milliseconds> pause_before_look(int attempt, milliseconds waited, milliseconds bound) {
  constexpr int kDoublings = 5;
  if (attempt == 1) return milliseconds::zero();
  if (waited >= bound) return std::nullopt;
  const auto first = std::max(bound / (1 << kDoublings), milliseconds(1));
  return std::min(first * (1 << std::min(attempt - 2, kDoublings)), bound - waited);
}

Awaitable<bool> await_lost_write(LostWrite write, milliseconds bound, std::function<bool()> stopping) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  milliseconds waited{0};
  // A session of uploads leaves nothing behind that a read would show.
  if (write.call->kind == PlannedCall::Kind::assets_session) co_return false;
  for (int attempt = 1;; ++attempt) {
    const auto pause = pause_before_look(attempt, waited, bound);
    if (!pause || (stopping && stopping())) co_return false;
    timer.expires_after(*pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    waited += *pause;
    if (co_await is_seen(&write)) co_return true;
  }
}

}  // namespace plumbline::reconciler
