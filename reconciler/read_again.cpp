#include "reconciler/read_again.h"

#include <algorithm>

#include "api/resources.h"
#include "reconciler/consumers.h"
#include "reconciler/send.h"

namespace plumbline::reconciler {
namespace {

std::unexpected<api::Error> another(std::string message) {
  auto error = local_error(std::move(message));
  error.kind = api::ErrorKind::conflict;
  return std::unexpected(std::move(error));
}

Awaitable<api::Result<bool>> is_consumer_there(api::Account account, const PlannedCall* call) {
  const auto consumers = co_await api::list_queue_consumers(account, call->queue_id);
  if (!consumers) co_return std::unexpected(consumers.error());
  const auto found = std::ranges::find_if(
      *consumers, [call](const Json& item) { return string_member(item, "consumer_id") == call->consumer_id; });
  if (found == consumers->end()) co_return false;
  if (consumer_worker(*found) == *call->expected) co_return true;
  co_return another("the consumer of the queue is another Worker's by now");
}

Awaitable<api::Result<bool>> is_workflow_free(api::Account account, const PlannedCall* call) {
  const auto workflow = co_await api::get_workflow(account, call->workflow);
  if (!workflow) {
    // 10200: there is none.
    constexpr int kNoSuchWorkflow = 10200;
    const auto& error = workflow.error();
    const bool none = error.status == 404 && error.code == kNoSuchWorkflow;
    if (none && call->expected->empty()) co_return true;
    if (none) co_return another("the workflow is gone by now");
    co_return std::unexpected(error);
  }
  if (string_member(*workflow, "script_name") == *call->expected) co_return true;
  co_return another("the workflow is another Worker's by now");
}

}  // namespace

Awaitable<api::Result<bool>> is_still_there(api::Account account, const PlannedCall* call) {
  if (call->kind == PlannedCall::Kind::put_workflow) return is_workflow_free(std::move(account), call);
  return is_consumer_there(std::move(account), call);
}

}  // namespace plumbline::reconciler
