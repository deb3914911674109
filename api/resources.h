#pragma once

#include <string>

#include "api/workers.h"

/// What stands beside Workers: queues and who consumes them, Workflows, classes with data. Typed like the reads of
/// workers.h. What bindings name is listed by read_list() of any_call.h.
namespace plumbline::api {

/// GET …/queues, 100 a page, all pages or an error: `{queue_id, queue_name, consumers, …}`.
Awaitable<Result<JsonArray>> list_queues(const Account& account);

/// `{consumer_id, type, script_name, settings, …}`; unpaginated.
Awaitable<Result<JsonArray>> list_queue_consumers(const Account& account, std::string queue_id);
/// `{name, script_name, class_name, schedules?, …}`, all pages or an error.
Awaitable<Result<JsonArray>> list_workflows(const Account& account);
Awaitable<Result<JsonObject>> get_workflow(const Account& account, std::string workflow_name);
/// Durable Object classes that have data: `{id, class, script, name, use_sqlite}`, all pages or an error. One whose
/// script is gone may name none. Without its class no item could be proven not to be a given one.
Awaitable<Result<JsonArray>> list_durable_object_namespaces(const Account& account);

}  // namespace plumbline::api
