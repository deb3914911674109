#include "reconciler/observe/read_again.h"

#include <algorithm>

#include "api/legacy.h"
#include "api/reaction.h"
#include "api/resources.h"
#include "reconciler/parts/consumers.h"

namespace plumbline::reconciler {
namespace {

std::unexpected<api::Error> another(std::string message) {
  return std::unexpected(own_error(api::ErrorKind::conflict, std::move(message)));
}

Awaitable<api::Result<bool>> is_consumer_there(api::Account account, const PlannedCall* call) {
  const auto consumers = co_await api::list_queue_consumers(account, std::string(call->parameter("queue_id")));
  if (!consumers) co_return std::unexpected(consumers.error());
  const auto found = std::ranges::find_if(*consumers, [call](const Json& item) {
    return string_member(item, "consumer_id") == call->parameter("consumer_id");
  });
  if (found == consumers->end()) co_return false;
  if (consumer_worker(*found) == *call->expected) co_return true;
  co_return another("the consumer of the queue belongs to another Worker by now");
}

Awaitable<api::Result<bool>> is_workflow_free(api::Account account, const PlannedCall* call) {
  const auto workflow = co_await api::get_workflow(account, std::string(call->parameter("workflow_name")));
  if (!workflow) {
    const auto& error = workflow.error();
    const bool none = api::is_gone(*api::OperationRef("get_workflow"), error);
    if (none && call->expected->empty()) co_return true;
    if (none) co_return another("the workflow is gone by now");
    co_return std::unexpected(error);
  }
  if (string_member(*workflow, "script_name") == *call->expected) co_return true;
  co_return another("the workflow belongs to another Worker by now");
}

Awaitable<api::Result<bool>> is_filter_there(api::Account account, const PlannedCall* call) {
  const auto filters = co_await api::list_filters(account, std::string(call->parameter("zone_id")));
  if (!filters) co_return std::unexpected(filters.error());
  const auto found = std::ranges::find_if(
      *filters, [call](const Json& filter) { return string_member(filter, "id") == call->parameter("filter_id"); });
  if (found == filters->end()) co_return false;
  if (string_member(*found, "pattern") == *call->expected) co_return true;
  co_return another("somebody changed the pattern of the filter after its deletion was planned");
}

}  // namespace

Awaitable<api::Result<bool>> is_still_there(api::Account account, const PlannedCall* call) {
  if (call->is("put_workflow")) return is_workflow_free(std::move(account), call);
  if (call->is("delete_filter")) return is_filter_there(std::move(account), call);
  return is_consumer_there(std::move(account), call);
}

}  // namespace plumbline::reconciler
