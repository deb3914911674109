#pragma once

#include <string>

#include "api/workers.h"

/// Reads of things beside Workers: queues and their consumers, Workflows, Durable Object classes with data. Typed like
/// the reads of workers.h, with the same errors. Resources that bindings refer to are listed by read_list() of
/// any_call.h.
namespace plumbline::api {

/// GET …/queues, 100 per page; all pages or an error. Items are `{queue_id, queue_name, consumers, …}`.
Awaitable<Result<JsonArray>> list_queues(const Account& account);

/// Items are `{consumer_id, type, script_name, settings, …}`; without pages.
Awaitable<Result<JsonArray>> list_queue_consumers(const Account& account, std::string queue_id);
/// Items are `{name, script_name, class_name, schedules?, …}`; all pages or an error.
Awaitable<Result<JsonArray>> list_workflows(const Account& account);
Awaitable<Result<JsonObject>> get_workflow(const Account& account, std::string workflow_name);
/// Durable Object classes that have data. Items are `{id, class, script, name, use_sqlite}`; all pages or an error. An
/// item whose script is gone may lack `script`. Every item must have `class`: otherwise one could not prove that it is
/// not the class in question.
Awaitable<Result<JsonArray>> list_durable_object_namespaces(const Account& account);

}  // namespace plumbline::api
