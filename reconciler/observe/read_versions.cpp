#include "reconciler/observe/read_versions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "api/reaction.h"

namespace plumbline::reconciler {
namespace {

constexpr api::OperationRef kBetaVersion = "get_beta_version";
constexpr api::OperationRef kBetaVersions = "list_beta_versions";

/// Without the beta API each version is a call.
constexpr std::size_t kMostReads = 3;

// Where a version shows them, they are all settings of it that GET settings shows as well. `exports` are not among
// them: it is not documented in which form a version shows those.
constexpr std::array<std::string_view, 7> kShown{"bindings",  "compatibility_date", "compatibility_flags", "limits",
                                                 "placement", "cache_options",      "usage_model"};
// Those that each read shows of every version, set or not.
constexpr std::array<std::string_view, 4> kAlways{"bindings", "compatibility_date", "compatibility_flags", "limits"};

void copy_shown(const Json* from, JsonObject& settings) {
  if (from == nullptr) return;
  for (const auto key : kShown) {
    if (const auto* value = member(*from, key)) settings[key] = *value;
  }
}

void fill_in_unset(JsonObject& settings) {
  for (const auto key : kAlways) settings.emplace(key, nullptr);
}

VersionMaker maker_of(const Json& document) {
  return {std::string(string_member(document, "source")), std::string(string_member(document, "author_email")),
          std::string(string_member(document, "created_on"))};
}

Version of_beta(const Json& item) {
  Version version{.id = std::string(string_member(item, "id")),
                  .attestation = attestation_of(member(item, "annotations"))};
  copy_shown(&item, version.settings);
  if (version.settings.contains("bindings")) fill_in_unset(version.settings);
  version.maker = maker_of(item);
  return version;
}

// An item of GET versions: whether it has annotations is not documented, and it tells no settings.
Version of_list(const Json& item) {
  Version version{.id = std::string(string_member(item, "id"))};
  if (const auto* metadata = member(item, "metadata")) version.maker = maker_of(*metadata);
  return version;
}

// GET versions/{id} shows bindings and runtime in separate members of `resources`.
void complete(Version& version, const JsonObject& document) {
  version.attestation = attestation_of(member(document, "annotations"));
  const auto* resources = member(document, "resources");
  if (resources == nullptr) return;
  copy_shown(resources, version.settings);
  copy_shown(member(*resources, "script_runtime"), version.settings);
  fill_in_unset(version.settings);
}

bool is_deployed(const Version& version, const LiveWorker& worker) {
  return std::ranges::any_of(worker.deployment->versions,
                             [&](const auto& share) { return same_version(share.version_id, version.id); });
}

bool shows_deployed(const Versions& versions, const LiveWorker& worker) {
  return std::ranges::any_of(versions, [&worker](const Version& version) { return is_deployed(version, worker); });
}

// In which order the beta list shows them is not documented; each has a number that counts up. Where its first page is
// the oldest hundred, the active one is not among them (see read_versions()).
void sort_newest_first(JsonArray& items) {
  const auto number = [](const Json& item) {
    const auto* value = member(item, "number");
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  };
  const bool numbered = std::ranges::all_of(items, [&](const Json& item) { return number(item) > 0; });
  if (numbered) std::ranges::sort(items, std::ranges::greater(), number);
}

// The base, if the list left out what it holds.
Awaitable<api::Result<void>> complete_base(api::Account account, LiveWorker* worker) {
  const auto* base = base_version(*worker);
  if (base == nullptr || base->settings.contains("bindings")) co_return api::Result<void>();
  const auto place = static_cast<std::size_t>(base - worker->versions->data());
  auto document = co_await api::get_beta_version(account, worker->name, base->id);
  if (!document) co_return std::unexpected(std::move(document.error()));
  auto versions = *worker->versions;
  versions[place] = of_beta(Json(std::move(*document)));
  worker->versions = Known<Versions>::known(std::move(versions));
  co_return api::Result<void>();
}

Awaitable<api::Result<void>> read_by_beta(api::Account account, LiveWorker* worker) {
  auto items = co_await api::list_newest_versions(account, worker->name);
  if (!items) co_return std::unexpected(std::move(items.error()));
  sort_newest_first(*items);
  Versions versions;
  versions.reserve(items->size());
  for (const auto& item : *items) versions.push_back(of_beta(item));
  worker->versions = Known<Versions>::known(std::move(versions));
  co_return co_await complete_base(std::move(account), worker);
}

// What the version at `index` holds. One that is gone meanwhile stays unread.
Awaitable<api::Result<void>> read_content_of(api::Account account, const LiveWorker* worker, std::size_t index,
                                             Versions* versions) {
  auto document = co_await api::get_version(account, worker->name, (*versions)[index].id);
  if (document) {
    complete((*versions)[index], *document);
  } else if (api::reaction(document.error()) != api::Reaction::not_there) {
    co_return std::unexpected(std::move(document.error()));
  }
  co_return api::Result<void>();
}

// Those that decide on something: a rollback goes back from those above the deployed one, a rollout is of those that
// share the traffic.
std::vector<std::size_t> deciding(const Versions& versions, const LiveWorker& worker) {
  std::vector<std::size_t> indices;
  bool above = true;
  for (std::size_t i = 0; i < versions.size() && indices.size() < kMostReads; ++i) {
    const bool deployed = is_deployed(versions[i], worker);
    above = above && !deployed;
    if (above || (deployed && worker.deployment->is_split())) indices.push_back(i);
  }
  return indices;
}

Awaitable<api::Result<void>> read_contents(api::Account account, const LiveWorker* worker, Versions* versions) {
  const auto indices = deciding(*versions, *worker);
  for (const auto index : indices) {
    auto read = co_await read_content_of(account, worker, index, versions);
    if (!read) co_return read;
  }
  if (!indices.empty()) co_return api::Result<void>();
  // The newest is the active one, which attests nothing: the base comes before it.
  for (std::size_t i = 1; i < std::min(versions->size(), 1 + kMostReads); ++i) {
    auto read = co_await read_content_of(account, worker, i, versions);
    if (!read) co_return read;
    if ((*versions)[i].attestation) break;
  }
  co_return api::Result<void>();
}

// Nothing is stored if the list does not show what is deployed: one that nobody can deploy any more is not in it.
Awaitable<api::Result<void>> read_one_by_one(api::Account account, LiveWorker* worker) {
  auto items = co_await api::list_versions(account, worker->name);
  if (!items) co_return std::unexpected(std::move(items.error()));
  Versions versions;
  versions.reserve(items->size());
  for (const auto& item : *items) versions.push_back(of_list(item));
  if (!shows_deployed(versions, *worker)) co_return api::Result<void>();
  auto read = co_await read_contents(std::move(account), worker, &versions);
  if (!read) co_return read;
  worker->versions = Known<Versions>::known(std::move(versions));
  co_return api::Result<void>();
}

// Whether the service will say the same again.
bool is_definite(const api::Error& error) {
  const auto reaction = api::reaction(error);
  return reaction == api::Reaction::not_there || reaction == api::Reaction::ask_user;
}

// Where an edit comes from may stay unknown; whether there is a rollback may not, and nor may what the next call tells.
void note_unread(LiveWorker& worker, api::Error error) {
  const bool decides = worker.deployment->redeployed || worker.deployment->is_split();
  if (decides || !is_definite(error)) {
    worker.failure = std::move(error);
  } else {
    worker.versions = Known<Versions>::absent();
  }
}

}  // namespace

Awaitable<> read_active_version(api::Account account, LiveWorker* worker) {
  const auto id = worker->deployment->versions.front().version_id;
  auto version = co_await api::get_version(account, worker->name, id);
  if (version) {
    worker->version = Known<JsonObject>::known(std::move(*version));
  } else if (api::reaction(version.error()) == api::Reaction::not_there) {
    worker->version = Known<JsonObject>::absent();
  } else {
    worker->failure = std::move(version.error());
  }
}

// If the beta API does not show it either, the plan says so. A read that failed is made again.
Awaitable<> read_beta_version(api::Account account, LiveWorker* worker, LiveState* live) {
  auto version = co_await api::get_beta_version(account, worker->name, worker->deployment->versions.front().version_id);
  if (version) {
    worker->beta_version = Known<JsonObject>::known(std::move(*version));
    live->beta_versions = Known<bool>::known(true);
  } else if (api::lacks_beta(*kBetaVersion, version.error())) {
    worker->beta_version = Known<JsonObject>::absent();
    live->beta_versions = Known<bool>::absent();
  } else if (api::is_gone(*kBetaVersion, version.error())) {
    worker->beta_version = Known<JsonObject>::absent();
  } else {
    worker->failure = std::move(version.error());
  }
}

Awaitable<> read_versions(api::Account account, LiveWorker* worker, LiveState* live) {
  if (live->beta_list.is_absent()) live->beta_versions = Known<bool>::absent();
  if (!live->beta_versions.is_absent()) {
    const auto read = co_await read_by_beta(account, worker);
    const bool lacks_beta = !read && api::lacks_beta(*kBetaVersions, read.error());
    // One that refuses for another reason is asked for the others all the same.
    live->beta_versions = lacks_beta ? Known<bool>::absent() : Known<bool>::known(true);
    if (read && shows_deployed(*worker->versions, *worker)) co_return;
  }
  const auto read = co_await read_one_by_one(std::move(account), worker);
  if (!read) {
    note_unread(*worker, read.error());
  } else if (worker->versions.is_unknown()) {
    worker->versions = Known<Versions>::absent();
  }
}

}  // namespace plumbline::reconciler
