#include <algorithm>
#include <array>

#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

std::vector<JsonObject>& workflows_of(World& world) {
  return world.account.resources["workflows"];
}

std::vector<JsonObject>::iterator find_workflow(std::vector<JsonObject>& workflows, std::string_view name) {
  return std::ranges::find_if(workflows,
                              [&](const JsonObject& workflow) { return string_member(workflow, "name") == name; });
}

std::unexpected<Refusal> no_such_workflow() {
  return refuse(404, 10200, "workflow.not_found");
}

/// A workflow as the API shows it. Limits, concurrency and retention belong to a version and are not shown here.
JsonObject view_of(const JsonObject& workflow) {
  JsonObject view{{"instances", JsonObject()}, {"triggered_on", nullptr}};
  for (const auto* key : {"id", "name", "script_name", "class_name", "created_on", "modified_on", "schedules"}) {
    if (const auto* value = member(workflow, key)) view[key] = *value;
  }
  return view;
}

/// GET …/workflows
Outcome list_workflows(Call& call) {
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  const auto& workflows = workflows_of(call.world);
  JsonArray items;
  const auto [begin, end] = page->bounds(workflows.size());
  for (auto i = begin; i < end; ++i) items.push_back(view_of(workflows[i]));
  const PageInfo info{page->number, page->size, items.size(), workflows.size()};
  return success(items, info);
}

/// GET …/workflows/:workflow
Outcome get_workflow(Call& call) {
  auto& workflows = workflows_of(call.world);
  const auto found = find_workflow(workflows, call.params[1]);
  if (found == workflows.end()) return no_such_workflow();
  return success(view_of(*found));
}

/// PUT …/workflows/:workflow: makes or changes it.
Outcome put_workflow(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto script = string_member(*body, "script_name");
  const auto class_name = string_member(*body, "class_name");
  if (class_name.empty()) return refuse(400, 10001, "`class_name` is required.");
  if (!call.world.account.workers.contains(script)) return no_such_worker();
  auto& workflows = workflows_of(call.world);
  auto found = find_workflow(workflows, call.params[1]);
  const auto now = timestamp(call.world.now());
  if (const auto* stated = member(*body, "jurisdiction"); stated != nullptr && found != workflows.end()) {
    const auto* before = member(*found, "jurisdiction");
    if (before == nullptr || !equal(*before, *stated)) {
      return refuse(400, 10209, "The jurisdiction of a workflow cannot be changed.");
    }
  }
  if (found == workflows.end()) {
    workflows.push_back(JsonObject{{"id", call.world.ids.uuid()}, {"name", call.params[1]}, {"created_on", now}});
    found = std::prev(workflows.end());
  }
  (*found)["script_name"] = script;
  (*found)["class_name"] = class_name;
  (*found)["modified_on"] = now;
  (*found)["version_id"] = call.world.ids.uuid();
  for (const std::string_view key : {"limits", "schedules", "concurrency", "default_retention", "jurisdiction"}) {
    if (const auto* value = member(*body, key)) (*found)[key] = *value;
  }
  return success(*found);
}

/// DELETE …/workflows/:workflow
Outcome delete_workflow(Call& call) {
  auto& workflows = workflows_of(call.world);
  const auto found = find_workflow(workflows, call.params[1]);
  if (found == workflows.end()) return no_such_workflow();
  workflows.erase(found);
  return success(JsonObject{{"status", "ok"}, {"success", true}});
}

constexpr std::array kWorkflowsEndpoints{
    Endpoint{"GET", "/accounts/:account/workflows", list_workflows},
    Endpoint{"GET", "/accounts/:account/workflows/:workflow", get_workflow},
    Endpoint{"PUT", "/accounts/:account/workflows/:workflow", put_workflow},
    Endpoint{"DELETE", "/accounts/:account/workflows/:workflow", delete_workflow},
};

}  // namespace

std::span<const Endpoint> workflow_endpoints() {
  return kWorkflowsEndpoints;
}

}  // namespace plumbline::simulator
