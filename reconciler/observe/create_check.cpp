#include "reconciler/observe/create_check.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

#include "reconciler/model/attestation.h"
#include "reconciler/model/live.h"
#include "reconciler/observe/lost_answer.h"

namespace plumbline::reconciler {
namespace {

using Before = api::Result<std::optional<std::string>>;

// The versions of all deployments, the newest first. The shares of the traffic do not matter here: whoever goes back
// chooses one version.
std::vector<std::string> versions_in(const JsonArray& deployments) {
  std::vector<std::string> ids;
  for (const auto& deployment : deployments) {
    const auto* versions = member(deployment, "versions");
    if (versions == nullptr || !versions->is_array()) continue;
    for (const auto& version : versions->get_array()) ids.emplace_back(string_member(version, "version_id"));
  }
  std::erase(ids, std::string());
  return ids;
}

// Whether the version was made by this very change: then it is our own upload, whose answer was lost.
bool is_our_own(const JsonObject& version, const WorkerChange& change) {
  const auto* upload = find_call(change.calls, "upload_script");
  return upload != nullptr && bears_annotations(version, upload->body.get_object());
}

// This coroutine is a child of version_before() and ends before it does.
Awaitable<Before> look(const CreateCheck* check) {
  const auto deployments = co_await api::list_deployments(check->account, check->change->name);
  if (!deployments) co_return std::unexpected(deployments.error());
  const auto ids = versions_in(*deployments);
  // If the list lags behind the upload, what it lacks means nothing.
  const auto made = check->made.empty()
                        ? ids.begin()
                        : std::ranges::find_if(ids, [check](const auto& id) { return same_version(id, check->made); });
  if (made == ids.end())
    co_return std::unexpected(own_error(api::ErrorKind::local, "the deployments do not show the upload"));
  const auto before = std::ranges::find_if(ids, [made](const auto& id) { return !same_version(id, *made); });
  if (before == ids.end()) co_return std::nullopt;
  const auto version = co_await api::get_version(check->account, check->change->name, *before);
  if (version && is_our_own(*version, *check->change)) co_return std::nullopt;
  co_return *before;
}

}  // namespace

Awaitable<Before> version_before(CreateCheck check) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  std::chrono::milliseconds waited{0};
  Before before;
  for (int attempt = 1;; ++attempt) {
    const auto pause = pause_before_look(attempt, waited, check.read_lag);
    if (!pause || (attempt > 1 && check.stopping && check.stopping())) co_return before;
    timer.expires_after(*pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    waited += *pause;
    before = co_await look(&check);
    if (before) co_return before;
  }
}

}  // namespace plumbline::reconciler
