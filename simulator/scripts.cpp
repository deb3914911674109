#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "simulator/changes.h"
#include "simulator/endpoints.h"
#include "simulator/worker_views.h"

namespace plumbline::simulator {
namespace {

/// `?tags=a:yes,b:no`: Workers with every `yes` tag and without any `no` tag.
class TagFilter {
 public:
  /// 400/10006 for what is neither yes nor no.
  static Try<TagFilter> read(std::string_view text, bool exact) {
    TagFilter filter(exact);
    for (const auto item : split(text, ',')) {
      if (item.empty()) continue;
      const auto colon = item.rfind(':');
      const auto allowed = colon == std::string_view::npos ? "yes" : item.substr(colon + 1);
      if (allowed != "yes" && allowed != "no") return refuse(400, 10006, "workers.api.error.malformed_param");
      filter.rules_.emplace_back(item.substr(0, colon), allowed == "yes");
    }
    return filter;
  }

  [[nodiscard]] bool accepts(const Worker& worker) const {
    return std::ranges::all_of(rules_, [&](const auto& rule) { return has(worker, rule.first) == rule.second; });
  }

 private:
  explicit TagFilter(bool exact) : exact_(exact) {}

  [[nodiscard]] bool has(const Worker& worker, std::string_view wanted) const {
    const auto* tags = member(worker.settings, "tags");
    return tags && std::ranges::any_of(tags->get_array(), [&](const Json& tag) {
             const auto text = view(tag.get_string());
             return exact_ ? text == wanted : text.starts_with(wanted);
           });
  }

  bool exact_;
  std::vector<std::pair<std::string, bool>> rules_;
};

/// GET /accounts/:account/workers/scripts
Outcome list_scripts(Call& call) {
  const auto filter = TagFilter::read(call.query("tags").value_or(""), call.world.semantics().tags_exact);
  if (!filter) return std::unexpected(filter.error());
  const auto with_subdomain = flag_of(call, kSubdomainAvailability);
  if (!with_subdomain) return std::unexpected(with_subdomain.error());
  std::string text = "[";
  for (const auto* worker : call.world.visible_workers()) {
    if (!filter->accepts(*worker)) continue;
    if (text.size() > 1) text += ',';
    text += list_item(call.world, *worker);
    if (*with_subdomain) {
      text.back() = ',';  // in place of the closing brace
      text += fmt::format(R"("available_on_subdomain":{}}})", worker->subdomain.enabled);
    }
  }
  return success_text(text += ']');
}

/// Sorts as `order_by` asks: name, created_on or modified_on. The name decides between equals.
Try<void> sort_found(const Call& call, std::vector<const Worker*>& workers) {
  const auto key = call.query("order_by").value_or("name");
  if (key == "created_on") {
    std::ranges::sort(workers, {}, [](const Worker* worker) { return std::pair(worker->created_on, worker->name); });
  } else if (key == "modified_on") {
    std::ranges::sort(workers, {}, [](const Worker* worker) { return std::pair(worker->modified_on, worker->name); });
  } else if (key != "name") {
    return refuse(400, 10006, "workers.api.error.malformed_param");
  }
  return {};
}

/// GET /accounts/:account/workers/scripts-search
Outcome search_scripts(Call& call) {
  const auto page = page_of(call, 10, 100);
  if (!page) return std::unexpected(page.error());
  const auto name = call.query("name").value_or("");
  const auto id = call.query("id").value_or("");
  std::vector<const Worker*> found;
  for (const auto* worker : call.world.visible_workers()) {
    if (worker->name.find(name) != std::string::npos && (id.empty() || worker->tag == id)) {
      found.push_back(worker);
    }
  }
  if (auto sorted = sort_found(call, found); !sorted) return std::unexpected(sorted.error());
  JsonArray items;
  const auto [begin, end] = page->bounds(found.size());
  for (auto i = begin; i < end; ++i) {
    const auto& worker = *found[i];
    items.push_back(JsonObject{{"id", worker.tag},
                               {"script_name", worker.name},
                               {"service_name", worker.name},
                               {"environment_name", "production"},
                               {"environment_is_default", true},
                               {"created_on", timestamp(worker.created_on)},
                               {"modified_on", timestamp(worker.modified_on)}});
  }
  const PageInfo info{page->number, page->size, items.size(), found.size()};
  return success(items, info);
}

/// GET /accounts/:account/workers/scripts/:script and …/content/v2
Outcome get_code(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto id = call.query("version");
  const auto* version = id ? (*worker)->find_version(*id) : &(*worker)->latest();
  if (!version) return refuse(404, 100146, "Version not found.");
  return code_answer(*version);
}

/// The documentation shows three answers, and today's service gives a fourth.
Answer answer_to_delete(DeleteAnswer kind, const std::string& name, const std::string& etag) {
  switch (kind) {
    case DeleteAnswer::id:
      return success(JsonObject{{"id", name}});
    case DeleteAnswer::etag:
      return success(JsonObject{{"id", etag}});
    case DeleteAnswer::null:
      return success(nullptr);
    case DeleteAnswer::empty:
      return {};
  }
  return {};
}

/// DELETE /accounts/:account/workers/scripts/:script?force=
Outcome delete_script(Call& call) {
  const auto found = call.world.account.workers.find(call.params[1]);
  if (found == call.world.account.workers.end()) return no_such_worker();
  const bool force = call.query("force") == "true";
  if (auto ok = check_removable(call.world, found->second, force); !ok) {
    return std::unexpected(ok.error());
  }
  const auto name = found->first;
  const auto etag = etag_of(found->second.latest());
  remove_worker(call.world, name);
  return answer_to_delete(call.world.semantics().delete_answer, name, etag);
}

constexpr std::array kScriptsEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/scripts", list_scripts, Access::token, Lasts::until_a_change},
    Endpoint{"GET", "/accounts/:account/workers/scripts-search", search_scripts},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script", get_code},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/content", get_code},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/content/v2", get_code},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/production/content", get_code},
    Endpoint{"DELETE", "/accounts/:account/workers/scripts/:script", delete_script},
    Endpoint{"DELETE", "/accounts/:account/workers/services/:script", delete_script},
};

}  // namespace

std::span<const Endpoint> script_endpoints() {
  return kScriptsEndpoints;
}

}  // namespace plumbline::simulator
