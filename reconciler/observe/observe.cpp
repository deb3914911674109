#include "reconciler/observe/observe.h"

#include <algorithm>
#include <array>

#include "api/any_call.h"
#include "api/reaction.h"
#include "base/digest.h"
#include "reconciler/model/canonical.h"
#include "reconciler/observe/absence.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/observe/read_lists.h"
#include "reconciler/observe/read_versions.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

LiveContent read_back(const api::Content& content) {
  LiveContent out;
  for (const auto& module : content.modules) {
    const auto type = module.content_type.substr(0, module.content_type.find(';'));
    out.modules.push_back({module.name, type, module.bytes.size(), sha256_hex(module.bytes)});
  }
  const auto main = std::ranges::find(out.modules, content.main, &LiveContent::Module::name);
  if (main != out.modules.end()) std::rotate(out.modules.begin(), main, main + 1);
  std::vector<ModuleIdentity> identities;
  identities.reserve(out.modules.size());
  for (const auto& module : out.modules) identities.push_back({module.name, module.content_type, module.sha256});
  const auto syntax = content.is_module ? manifests::Syntax::module : manifests::Syntax::service_worker;
  out.digest = modules_digest(syntax, std::move(identities));
  return out;
}

// The Worker may have disappeared since the list was read: then whoever asked for it has to look again.
void fail(LiveWorker& worker, api::Error error) {
  worker.failure = std::move(error);
}

template <class T>
void take(api::Result<T> read, LiveWorker& worker, Known<T>& part) {
  if (read) {
    part = Known<T>::known(std::move(*read));
  } else {
    fail(worker, std::move(read.error()));
  }
}

// These coroutines are children of read_parts() and end before it does; `worker` is part of its
// LiveState.
Awaitable<> read_settings(api::Account account, LiveWorker* worker) {
  take(co_await api::get_settings(account, worker->name), *worker, worker->settings);
}

// What a part reads by a call of its own, whatever shape the row's answer has.
Awaitable<api::Result<Json>> read_any(api::Account account, const api::Operation* operation, std::string worker) {
  api::Parameters parameters{{"script_name", std::move(worker)}};
  if (operation->answer == api::AnswerShape::object) {
    auto object = co_await api::read_object(account, *operation, std::move(parameters));
    if (!object) co_return std::unexpected(std::move(object.error()));
    co_return Json(std::move(*object));
  }
  auto list = co_await api::read_list(account, *operation, std::move(parameters));
  if (!list) co_return std::unexpected(std::move(list.error()));
  co_return Json(std::move(*list));
}

Awaitable<> read_own(api::Account account, const Part* part, LiveWorker* worker) {
  auto answer = co_await read_any(std::move(account), part->read_operation(), worker->name);
  if (answer) {
    worker->parts.insert_or_assign(std::string(part->name()), part->value_read(std::move(*answer)));
  } else {
    fail(*worker, std::move(answer.error()));
  }
}

Awaitable<> read_deployment(api::Account account, LiveWorker* worker) {
  auto deployments = co_await api::list_deployments(account, worker->name);
  if (deployments) {
    worker->deployment = active_deployment(*deployments);
    // Somebody made a version without changing the list's entry: this is not the Worker that is remembered.
    if (is_version_unremembered(*worker)) worker->clean = false;
  } else {
    fail(*worker, std::move(deployments.error()));
  }
}

Awaitable<> read_content(api::Account account, LiveWorker* worker) {
  auto content = co_await api::get_content(account, worker->name);
  if (!content && known_attestation(*worker).is_known()) {
    // Only people wanted to see it.
    worker->content = Known<LiveContent>::absent();
  } else if (!content) {
    fail(*worker, std::move(content.error()));
  } else if (content->modules.empty()) {
    worker->content = Known<LiveContent>::absent();
  } else {
    worker->content = Known<LiveContent>::known(read_back(*content));
  }
}

// Records what a second read says about a name that the list lacks.
void settle_doubt(LiveState& live, const std::string& name, bool absent, TimePoint begun) {
  live.doubtful.erase(name);
  if (absent) {
    live.absent[name] = begun;
  } else {
    live.unlisted.insert(name);
  }
}

LiveWorker unreadable(const std::string& name, api::Error error) {
  LiveWorker worker;
  worker.name = name;
  worker.failure = std::move(error);
  return worker;
}

Awaitable<> read_presence(api::Account account, std::string name, LiveState* live) {
  const auto begun = std::chrono::system_clock::now();
  auto absent = co_await is_absent(std::move(account), name);
  if (absent) {
    settle_doubt(*live, name, *absent, begun);
  } else {
    live->doubtful.erase(name);
    live->workers.insert_or_assign(name, unreadable(name, std::move(absent.error())));
  }
}

Awaitable<> read_beta_list(api::Account account, LiveState* live) {
  const auto begun = std::chrono::system_clock::now();
  const auto purpose = live->doubtful.empty() ? api::Purpose::look : api::Purpose::proof;
  auto list = co_await api::list_beta_workers(account, purpose);
  live->beta_list = list ? Known<bool>::known(true) : Known<bool>::absent();
  if (!list) co_return;
  std::set<std::string_view> names;
  for (const auto& item : *list) names.insert(string_member(item, "name"));
  for (const auto& name : std::set(live->doubtful)) settle_doubt(*live, name, !names.contains(name), begun);
  for (const auto& item : *list) {
    const auto found = live->workers.find(std::string(string_member(item, "name")));
    if (found == live->workers.end()) continue;
    for (const auto* part : parts()) {
      auto value = part->value_in_beta_list(item.get_object());
      if (value) found->second.parts.try_emplace(std::string(part->name()), std::move(*value));
    }
  }
}

Awaitable<> read_of_account(api::Account account, Read::Kind kind, LiveState* live) {
  switch (kind) {
    case Read::Kind::beta_list:
      co_return co_await read_beta_list(account, live);
    case Read::Kind::kv_namespaces:
      co_return co_await read_resources(account, ResourceKind::kv_namespace, live);
    case Read::Kind::d1_databases:
      co_return co_await read_resources(account, ResourceKind::d1_database, live);
    case Read::Kind::hyperdrive_configs:
      co_return co_await read_resources(account, ResourceKind::hyperdrive_config, live);
    case Read::Kind::queues:
      co_return co_await read_queues(account, live);
    case Read::Kind::workflows:
      co_return co_await read_workflows(account, live);
    case Read::Kind::durable_classes:
      co_return co_await read_durable_classes(account, live);
    default:
      co_return;
  }
}

Awaitable<> read_one(api::Account account, Read read, LiveState* live) {
  if (read.worker.empty()) co_return co_await read_of_account(account, read.kind, live);
  if (read.kind == Read::Kind::presence) co_return co_await read_presence(account, read.worker, live);
  auto* worker = &live->workers.at(read.worker);
  switch (read.kind) {
    case Read::Kind::settings:
      co_return co_await read_settings(account, worker);
    case Read::Kind::own:
      co_return co_await read_own(account, find_part(read.part), worker);
    case Read::Kind::deployment:
      co_return co_await read_deployment(account, worker);
    case Read::Kind::version:
      co_return co_await read_active_version(account, worker);
    case Read::Kind::beta_version:
      co_return co_await read_beta_version(account, worker, live);
    case Read::Kind::versions:
      co_return co_await read_versions(account, worker, live);
    case Read::Kind::content:
      co_return co_await read_content(account, worker);
    default:
      co_return;
  }
}

std::optional<Observation> observation_of(const LiveWorker& worker, TimePoint now) {
  const auto settings = known_settings(worker);
  const auto attestation = known_attestation(worker);
  if (worker.failure || !settings.is_known() || !attestation.is_known()) return std::nullopt;
  // Remembered, it would pass for what a look at the deployment has shown.
  if (rests_on_settings(worker)) return std::nullopt;
  Observation out;
  if (worker.memory) {
    // What we applied and wrote last stays true, whatever others do.
    out.applied = worker.memory->applied;
    out.managed = worker.memory->managed;
    out.file = worker.memory->file;
    out.secret_fingerprints = worker.memory->secret_fingerprints;
    out.newest_undeployed = worker.memory->newest_undeployed;
    out.mendings = worker.memory->mendings;
    out.released = worker.memory->released;
    out.resource_ids = worker.memory->resource_ids;
    out.parts = worker.memory->parts;
    out.agreed = worker.memory->agreed;
  }
  out.list_key = list_key(worker.entry);
  out.settings = *settings;
  remember_known_parts(worker, out);
  const auto* deployment = worker.deployment.if_known();
  if (deployment != nullptr && deployment->versions.size() == 1) {
    out.version_id = deployment->versions.front().version_id;
    out.version_since = deployment->created_on;
  } else if (worker.memory && worker.memory->attestation == *attestation) {
    out.version_id = worker.memory->version_id;
    out.version_since = worker.memory->version_since;
  }
  out.attestation = *attestation;
  out.author = known_author(worker);
  // Its settings may be those of the newest version, and its attestation is that of an older one.
  out.dirty = out.list_key.empty() || is_rolled_back(worker);
  out.observed_at = now;
  return out;
}

// `item` lies in `list`.
LiveWorker worker_from(const std::shared_ptr<const JsonArray>& list, const Json& item, const Observations& memory) {
  LiveWorker worker;
  worker.name = string_member(item, "id");
  worker.entry = SharedObject(std::shared_ptr<const JsonObject>(list, &item.get_object()));
  if (const auto found = memory.find(worker.name); found != memory.end()) {
    worker.memory = found->second;
    const auto key = list_key(worker.entry);
    worker.clean = !worker.memory->dirty && !key.empty() && worker.memory->list_key == key;
  }
  return worker;
}

}  // namespace

Known<Deployment> active_deployment(const JsonArray& deployments) {
  if (deployments.empty()) return Known<Deployment>::absent();
  const auto version_ids = [](const Json& deployment) {
    std::vector<Deployment::Share> shares;
    const auto* versions = member(deployment, "versions");
    if (versions == nullptr || !versions->is_array()) return shares;
    for (const auto& version : versions->get_array()) {
      Deployment::Share share{std::string(string_member(version, "version_id")), 100};
      if (const auto* percentage = member(version, "percentage"); percentage && percentage->is_number()) {
        share.percentage = percentage->to_number<double>();
      }
      shares.push_back(std::move(share));
    }
    return shares;
  };
  Deployment active;
  active.versions = version_ids(deployments.front());
  active.source = string_member(deployments.front(), "source");
  active.created_on = string_member(deployments.front(), "created_on");
  // A version that an older deployment had as well was made active again.
  if (active.versions.size() == 1) {
    active.redeployed = std::any_of(deployments.begin() + 1, deployments.end(), [&](const Json& older) {
      return std::ranges::any_of(version_ids(older), [&](const auto& share) {
        return share.version_id == active.versions.front().version_id;
      });
    });
  }
  return Known<Deployment>::known(std::move(active));
}

LiveState live_from_list(const std::shared_ptr<const JsonArray>& list, const Observations& memory, TimePoint now) {
  LiveState live;
  live.observed_at = now;
  for (const auto& item : *list) {
    auto worker = worker_from(list, item, memory);
    auto name = worker.name;
    live.workers.emplace(std::move(name), std::move(worker));
  }
  return live;
}

void add_unlisted(LiveState& live, const std::shared_ptr<const JsonArray>& list, const Observations& memory) {
  for (const auto& item : *list) {
    const std::string name(string_member(item, "id"));
    if (live.unlisted.erase(name) == 0) continue;
    live.workers.insert_or_assign(name, worker_from(list, item, memory));
  }
  for (const auto& name : live.unlisted) live.workers.insert_or_assign(name, unreadable(name, not_in_the_list()));
  live.unlisted.clear();
}

Awaitable<> read_parts(api::Account account, std::vector<Read> reads, LiveState* live, std::function<bool()> goes_on) {
  std::vector<Awaitable<>> tasks;
  tasks.reserve(reads.size());
  for (auto& read : reads) tasks.push_back(read_one(account, std::move(read), live));
  // More than the budget lets run at a time; what stands in its queue cannot be called back.
  constexpr std::size_t kAtATime = 16;
  co_await run_some(std::move(tasks), kAtATime, std::move(goes_on));
}

std::map<std::string, Observation> observed(const LiveState& live, TimePoint now) {
  std::map<std::string, Observation> out;
  for (const auto& [name, worker] : live.workers) {
    const bool was_read = worker.settings.is_known() || worker.deployment.is_known() || worker.content.is_known();
    if (!was_read && !has_read_news(worker)) continue;
    if (auto observation = observation_of(worker, now)) out.emplace(name, std::move(*observation));
  }
  return out;
}

}  // namespace plumbline::reconciler
