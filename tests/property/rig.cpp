#include "rig.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <stdexcept>

#include "base/digest.h"
#include "reconciler/plan/render.h"

namespace plumbline::property {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 12> kSwitches{{{"if_none_match", "honour"},
                                                                         {"put_secrets", "replace"},
                                                                         {"secret_bumps", "no"},
                                                                         {"script_settings_bumps", "no"},
                                                                         {"subdomain_bumps", "yes"},
                                                                         {"list_etag", "deployed"},
                                                                         {"settings_version", "deployed"},
                                                                         {"settings_annotations", "no"},
                                                                         {"tags_filter", "loose"},
                                                                         {"beta_workers", "no"},
                                                                         {"domain_overrides", "refuse"},
                                                                         {"exports_omitted", "delete"}}};

constexpr const char* kAccount = "023e105f4ecef8ad9ca31a8372d0c353";

// A repository in memory as a source.
class MemoryTree final : public manifests::SourceTree {
 public:
  explicit MemoryTree(const Repository& repository) : repository_(repository) {
    for (const auto& [path, bytes] : repository_.files) {
      entries_.push_back({.path = path, .id = {}, .size = bytes.size()});
    }
  }
  [[nodiscard]] std::string revision() const override { return repository_.revision; }
  [[nodiscard]] const SharedList<manifests::TreeEntry>& entries() const override { return entries_; }
  [[nodiscard]] const std::vector<manifests::UnreadEntry>& unread() const override { return unread_; }
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t /*cap*/) const override {
    const auto found = repository_.files.find(std::string(path));
    return found == repository_.files.end() ? Result<std::string>(fail("no such file")) : found->second;
  }

 private:
  Repository repository_;
  SharedList<manifests::TreeEntry> entries_;
  std::vector<manifests::UnreadEntry> unread_;
};

class MemoryStore final : public manifests::SecretStore {
 public:
  explicit MemoryStore(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  [[nodiscard]] Result<Secret> read(std::string_view key) const override {
    const auto found = values_.find(std::string(key));
    return found == values_.end() ? Result<Secret>(fail("no such key")) : Secret(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

std::shared_ptr<const manifests::DesiredState> desired_of(const Repository& repository) {
  auto desired = std::make_shared<manifests::DesiredState>();
  desired->revision = repository.revision;
  desired->workers = SharedList(repository.workers);
  desired->zone_workers = repository.zone_workers;
  desired->tree = std::make_shared<MemoryTree>(repository);
  return desired;
}

net::IoError io_error(net::IoFailure failure, net::Progress progress) {
  return {failure, progress, "as a fault asked"};
}

api::ClientOptions client_options() {
  api::ClientOptions options;
  options.prefix = "/client/v4";
  // Filters take no token.
  options.credentials = [] { return api::Credentials{Secret(), Secret("a key"), "user@example.com"}; };
  // Waiting proves nothing here.
  options.retry.base = std::chrono::milliseconds(1);
  options.retry.cap = std::chrono::milliseconds(2);
  options.deadline = std::chrono::milliseconds(100);
  options.patience = std::chrono::milliseconds(20);
  return options;
}

// What bindings of the repositories name, each under the path of its kind.
struct NamedResource {
  std::string_view path;
  std::string_view name_key;
  std::string_view name;
  std::string_view id_key;
};
constexpr std::array kNamedResources{NamedResource{"storage/kv/namespaces", "title", "cache", "id"},
                                     NamedResource{"d1/database", "name", "shop", "uuid"},
                                     NamedResource{"hyperdrive/configs", "name", "postgres", "id"}};

net::HttpRequest control_request(const std::string& method, const std::string& path, const Json& body) {
  return {method, "/__simulator__/" + path, {{"Content-Type", "application/json"}}, to_text(body)};
}

}  // namespace

std::vector<std::pair<std::string, simulator::Semantics>> other_semantics() {
  std::vector<std::pair<std::string, simulator::Semantics>> out;
  simulator::Semantics all;
  for (const auto& [key, value] : kSwitches) {
    simulator::Semantics alone;
    for (auto* semantics : {&alone, &all}) {
      if (!simulator::set_semantic(*semantics, key, value)) throw std::logic_error(std::string("no switch ") + key);
    }
    out.emplace_back(key, alone);
  }
  out.emplace_back("all", all);
  return out;
}

Repository loaded(const std::map<std::string, std::string>& files, std::string& problems) {
  Repository repository;
  repository.files = files;
  const auto state = manifests::load_manifests(std::make_shared<MemoryTree>(repository), {});
  for (const auto& diagnostic : state.diagnostics) {
    if (diagnostic.severity == Severity::error) problems += diagnostic.summary + "; " + diagnostic.detail + '\n';
  }
  for (const auto& worker : state.workers.items()) repository.workers.push_back(*worker);
  return repository;
}

net::Awaitable<Result<net::HttpResponse, net::IoError>> InProcessHttp::exchange(net::HttpRequest request) {
  ++calls_;
  if (before_call_ && !dead_) before_call_(calls_);
  const bool struck = kill_.call != 0 && calls_ == kill_.call;
  // The dead make no further call.
  if (dead_ || (struck && !kill_.after_effect)) {
    dead_ = true;
    throw Killed();
  }
  // Over no wire, nothing is packed.
  request.headers.remove("Accept-Encoding");
  auto reply = service_->handle(request);
  if (struck) {
    dead_ = true;
    throw Killed();
  }
  switch (reply.delivery) {
    case net::Delivery::whole:
    case net::Delivery::slow:
      co_return std::move(reply.response);
    case net::Delivery::truncate:
      co_return std::unexpected(io_error(net::IoFailure::closed, net::Progress::answer_begun));
    case net::Delivery::reset:
      co_return std::unexpected(io_error(net::IoFailure::closed, net::Progress::maybe_sent));
    case net::Delivery::stall:
      co_return std::unexpected(io_error(net::IoFailure::timeout, net::Progress::maybe_sent));
  }
  co_return std::move(reply.response);
}

Rig::Rig(simulator::Semantics semantics)
    : now_(std::chrono::sys_days(std::chrono::year(2026) / 10 / 1)), journal_(reconciler::make_memory_journal()) {
  simulator::Options options;
  options.semantics = semantics;
  for (const auto* zone : {"example.com", "example.net"}) options.zones.push_back(simulator::parse_zone(zone).value());
  // Every look at the clock is a moment later, so that no two writes fall together.
  auto clock = [this] {
    now_ += std::chrono::milliseconds(1);
    return std::chrono::system_clock::time_point(now_);
  };
  service_ = std::make_unique<simulator::Service>(std::move(options), std::move(clock), 1);
  for (const auto& resource : kNamedResources) remake(std::string(resource.name));
  for (const auto* queue : {"jobs", "mail", "dead"}) call("POST", "queues", JsonObject{{"queue_name", queue}});
}

void Rig::remake(const std::string& name) {
  const auto resource = std::ranges::find(kNamedResources, name, &NamedResource::name);
  const std::string path(resource->path);
  for (const auto& item : call("GET", path).as_array()) {
    if (string_member(item, resource->name_key) != name) continue;
    call("DELETE", path + "/" + std::string(string_member(item, resource->id_key)));
  }
  call("POST", path, JsonObject{{resource->name_key, name}});
}

bool Rig::edit_consumer(const Edit& edit) {
  const auto queues = call("GET", "queues");
  for (const auto& queue : queues.as_array()) {
    if (string_member(queue, "queue_name") != edit.name) continue;
    for (const auto& consumer : queue.at("consumers").as_array()) {
      const auto path = "queues/" + std::string(string_member(queue, "queue_id")) + "/consumers/" +
                        std::string(string_member(consumer, "consumer_id"));
      auto changed = consumer.as_object();
      changed["settings"].as_object()["batch_size"] = edit.value;
      call(edit.action == "drop-consumer" ? "DELETE" : "PUT", path, changed);
      return true;
    }
  }
  return false;
}

bool Rig::edit_zone(const Edit& edit) {
  const auto zones = call("GET", "zones?name=" + edit.worker);
  const auto path = "zones/" + std::string(string_member(zones.as_array().at(0), "id")) + "/workers/";
  if (edit.action.ends_with("-zone-script")) {
    const bool sets = edit.action == "set-zone-script";
    return send(sets ? "PUT" : "DELETE", path + "script", sets ? std::string(edit.value.as_string()) : "").status < 300;
  }
  std::string id;
  for (const auto& filter : call("GET", path + "filters").as_array()) {
    if (string_member(filter, "pattern") == edit.name) id = string_member(filter, "id");
  }
  if (edit.action == "delete-filter") return send("DELETE", path + "filters/" + id, "").status < 300;
  const JsonObject filter{{"pattern", edit.name}, {"enabled", edit.value}};
  return send(id.empty() ? "POST" : "PUT", path + "filters" + (id.empty() ? "" : "/" + id), to_text(filter)).status <
         300;
}

void Rig::deploy(const std::string& worker, const std::string& code) {
  send("PUT", "workers/scripts/" + worker, code, "application/javascript");
}

net::HttpResponse Rig::send(const std::string& method, const std::string& path, std::string body,
                            const std::string& type) {
  const auto account = "accounts/" + std::string(kAccount) + "/";
  const net::HttpRequest request{
      method,
      "/client/v4/" + (path.starts_with("zones") ? "" : account) + path,
      {{"X-Auth-Key", "somebody's"}, {"X-Auth-Email", "other@example.com"}, {"Content-Type", type}},
      std::move(body)};
  return service_->handle(request).response;
}

Json Rig::call(const std::string& method, const std::string& path, const Json& body) {
  const auto answer =
      parse_json(send(method, path, body.is_null() ? std::string() : to_text(body)).body).value_or(Json(nullptr));
  const auto* result = member(answer, "result");
  return result != nullptr ? *result : Json(nullptr);
}

Rig::Outcome Rig::plan(const Repository& repository, const Run& run) {
  return process(repository, run, false);
}

Rig::Outcome Rig::apply(const Repository& repository, const Run& run) {
  return process(repository, run, true);
}

Rig::Outcome Rig::process(const Repository& repository, const Run& run, bool applying) {
  boost::asio::io_context context;
  boost::asio::thread_pool pool(1);
  InProcessHttp http(service_.get());
  http.kill_at(run.kill);
  http.before_call(run.meanwhile);
  const auto client = api::make_client(context.get_executor(), http, client_options(), nullptr);
  const Secret key("the fingerprint key of the property tests");
  const reconciler::SecretStores stores{{"default", std::make_shared<MemoryStore>(repository.secrets)}};
  std::unique_ptr<reconciler::Journal> file;
  if (!run.journal.empty()) file = reconciler::open_journal(run.journal, reconciler::JournalMode::read_write);

  reconciler::Scope scope;
  scope.account = {client.get(), kAccount, api::Priority::apply};
  scope.journal = file ? file.get() : journal_.get();
  scope.stores = &stores;
  scope.fingerprint_key = &key;
  scope.pool = pool.get_executor();
  scope.policy.owner = {"edge", "production"};
  scope.policy.prune = run.prune;
  scope.policy.max_deletes = 100;
  // Whether instances of a workflow may lose their Worker is not what is tried here.
  for (const auto& name : worker_names()) scope.policy.allow_data_loss.emplace(name);
  scope.policy.max_delete_percent = 100;
  // What is pruned here may hold Durable Objects.
  for (const auto& entry : state().at("workers").as_object()) {
    scope.policy.allow_data_loss.emplace(entry.key());
  }
  if (run.allow_data_loss) scope.policy.allow_data_loss = *run.allow_data_loss;
  scope.refresh = run.refresh;
  scope.read_lag = run.read_lag;
  scope.reconcile_id = "property";
  const auto desired = desired_of(repository);

  const auto wait = [&context](auto task) {
    auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.restart();
    context.run();
    return result.get();
  };
  Outcome outcome{std::unexpected(api::Error()), {}, 0, false};
  try {
    for (int pass = 0; pass < (applying ? run.passes : 1); ++pass) {
      outcome.plan = wait(reconciler::plan_pass(scope, desired));
      if (!applying || !outcome.plan) break;
      if (run.before_apply && pass == 0) run.before_apply(*outcome.plan, scope.policy);
      outcome.report = wait(reconciler::apply_plan(scope, desired, *outcome.plan, {.read_lag = run.read_lag}));
      if (!outcome.report.needs_replan()) break;
    }
  } catch (const Killed&) {
    outcome.killed = true;
  }
  pool.join();
  outcome.calls = http.calls();
  return outcome;
}

Json Rig::control(const std::string& method, const std::string& path, const Json& body) {
  const auto reply = service_->handle(control_request(method, path, body));
  return parse_json(reply.response.body).value_or(Json(nullptr));
}

bool Rig::edit(const Edit& edit) {
  if (edit.action.ends_with("-consumer")) return edit_consumer(edit);
  if (edit.action.ends_with("-filter") || edit.action.ends_with("-zone-script")) return edit_zone(edit);
  if (edit.action == "remake") {
    remake(edit.name);
    return true;
  }
  const Json body{{"worker", edit.worker}, {"action", edit.action}, {"name", edit.name}, {"value", edit.value}};
  return service_->handle(control_request("POST", "edit", body)).response.status < 300;
}

std::string plan_text(const Rig::Outcome& outcome) {
  return outcome.plan ? render_text(*outcome.plan, reconciler::Colour::off) : api::to_text(outcome.plan.error());
}

}  // namespace plumbline::property
