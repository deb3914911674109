#include "reconciler/observe/lost_answer.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/any_call.h"
#include "reconciler/model/canonical.h"
#include "reconciler/observe/observe.h"

namespace plumbline::reconciler {
namespace {

using std::chrono::milliseconds;

// These coroutines are children of await_lost_write() and end before it does.

// Looks for a new version with our annotations. An earlier version may have the same annotations.
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
  co_return version&& bears_annotations(*version, write->call->body.get_object());
}

// The next plan begins with the list, so the list must show the Worker.
Awaitable<bool> is_listed(const LostWrite* write) {
  const auto scripts = co_await api::list_scripts(write->account);
  co_return scripts&& std::ranges::any_of(
      *scripts, [write](const Json& script) { return string_member(script, "id") == write->worker; });
}

Awaitable<bool> is_upload_seen(const LostWrite* write) {
  if (!co_await is_version_seen(write)) co_return false;
  co_return !write->creates || co_await is_listed(write);
}

Awaitable<api::Result<JsonArray>> read_list(const LostWrite* write) {
  const auto& call = *write->call;
  return api::read_list(write->account, *api::find_operation(call.operation->look.read), call.parameters);
}

// The member that identifies the items of that list.
std::string_view identity_of(const LostWrite& write) {
  return api::find_operation(write.call->operation->look.read)->items.identity;
}

Awaitable<bool> is_held_by_object(const LostWrite* write) {
  const auto& call = *write->call;
  const auto& look = call.operation->look;
  const auto live = co_await api::read_object(write->account, *api::find_operation(look.read), call.parameters);
  if (!live) co_return false;
  JsonObject sent;
  for (const auto& entry : call.body.get_object()) {
    const bool counts = look.only[0].empty() || std::ranges::find(look.only, view(entry.key())) != look.only.end();
    if (counts) sent.insert(entry);
  }
  const Json read = *live;
  co_return satisfies(&read, sent);
}

Awaitable<bool> is_held_by_an_item(const LostWrite* write) {
  const auto items = co_await read_list(write);
  co_return items&& std::ranges::any_of(*items,
                                        [write](const Json& item) { return satisfies(&item, write->call->body); });
}

Schedules identities(const JsonArray& items, std::string_view key) {
  Schedules out;
  for (const auto& item : items) out.emplace_back(string_member(item, key));
  return canonical_schedules(std::move(out));
}

Awaitable<bool> is_whole_list(const LostWrite* write) {
  const auto items = co_await read_list(write);
  const auto key = identity_of(*write);
  co_return items&& identities(*items, key) == identities(write->call->body.get_array(), key);
}

Awaitable<bool> is_gone_from_list(const LostWrite* write) {
  const auto items = co_await read_list(write);
  const auto named = write->call->parameter(api::path_parameters(*write->call->operation).back());
  co_return items&& std::ranges::none_of(
      *items, [&](const Json& item) { return string_member(item, identity_of(*write)) == named; });
}

// `{secrets: {OLD: null}}`
Awaitable<bool> are_nulls_gone(const LostWrite* write) {
  const auto items = co_await read_list(write);
  const auto& names = write->call->body.get_object().begin()->value();
  co_return items&& std::ranges::none_of(*items, [&](const Json& item) {
    const auto* value = member(names, string_member(item, identity_of(*write)));
    return value != nullptr && value->is_null();
  });
}

Awaitable<bool> is_unseen() {
  co_return false;
}

Awaitable<bool> is_seen(const LostWrite* write) {
  switch (write->call->operation->look.how) {
    case api::Look::nowhere:
      return is_unseen();
    case api::Look::as_version:
      return is_upload_seen(write);
    case api::Look::as_object:
      return is_held_by_object(write);
    case api::Look::in_list:
      return is_held_by_an_item(write);
    case api::Look::as_list:
      return is_whole_list(write);
    case api::Look::not_in_list:
      return is_gone_from_list(write);
    case api::Look::nulls_gone:
      return are_nulls_gone(write);
  }
  return is_unseen();
}

}  // namespace

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
  if (write.call->operation->look.how == api::Look::nowhere) co_return false;
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
