#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kQueues = "queues";

std::vector<JsonObject>& queues_of(World& world) {
  return world.account.resources[std::string(kQueues)];
}

Try<JsonObject*> find_queue(World& world, std::string_view id) {
  auto& queues = queues_of(world);
  const auto found =
      std::ranges::find_if(queues, [&](const JsonObject& queue) { return string_member(queue, "queue_id") == id; });
  if (found == queues.end()) return refuse(404, 11000, "workers.api.error.queue_not_found");
  return &*found;
}

JsonArray& consumers_of(JsonObject& queue) {
  auto& consumers = queue["consumers"];
  if (!consumers.is_array()) consumers = JsonArray();
  return consumers.get_array();
}

/// All values of a parameter that may be repeated: `name=a&name=b`.
std::set<std::string> repeated(const Call& call, std::string_view name) {
  std::set<std::string> out;
  const std::string_view target = call.request.target;
  const auto question = target.find('?');
  if (question == std::string_view::npos) return out;
  for (const auto pair : split(target.substr(question + 1), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = net::percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (pair.substr(0, equals) == name && value) out.insert(*value);
  }
  return out;
}

JsonObject queue_view(JsonObject queue) {
  queue["consumers_total_count"] = consumers_of(queue).size();
  queue["producers"] = JsonArray();
  queue["producers_total_count"] = 0;
  return queue;
}

bool is_queue_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_taken(World& world, std::string_view name) {
  return std::ranges::any_of(queues_of(world),
                             [&](const JsonObject& queue) { return string_member(queue, "queue_name") == name; });
}

std::unexpected<Refusal> invalid_name() {
  return refuse(400, 11003, "workers.api.error.invalid_queue_name");
}

std::unexpected<Refusal> name_taken() {
  return refuse(409, 11009, "workers.api.error.queue_name_taken");
}

JsonObject default_settings() {
  return {{"delivery_delay", 0}, {"delivery_paused", false}};
}

/// The defaults that a read shows for settings which nobody stated
/// (https://developers.cloudflare.com/queues/configuration/configure-queues/).
JsonObject default_consumer_settings() {
  return {{"batch_size", 10},
          {"max_concurrency", nullptr},
          {"max_retries", 3},
          {"max_wait_time_ms", 5000},
          {"retry_delay", 0}};
}

/// The settings that a request states, merged over `base`.
JsonObject merged(JsonObject base, const JsonObject& stated) {
  const auto* settings = member(stated, "settings");
  if (!settings || !settings->is_object()) return base;
  for (const auto& [key, value] : settings->get_object()) base[key] = value;
  return base;
}

/// GET …/queues?name=
Outcome list_queues(Call& call) {
  constexpr std::size_t kPage = 100;
  const auto page = page_of(call, kPage, kPage);
  if (!page) return std::unexpected(page.error());
  const auto names = repeated(call, "name");
  std::vector<const JsonObject*> found;
  for (const auto& queue : queues_of(call.world)) {
    if (names.empty() || names.contains(std::string(string_member(queue, "queue_name")))) found.push_back(&queue);
  }
  JsonArray items;
  const auto [begin, end] = page->bounds(found.size());
  for (auto i = begin; i < end; ++i) items.push_back(queue_view(*found[i]));
  const PageInfo info{page->number, page->size, items.size(), found.size()};
  return success(items, info);
}

/// POST …/queues
Outcome post_queue(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto name = string_member(*body, "queue_name");
  if (!is_queue_name(name)) return invalid_name();
  if (is_taken(call.world, name)) return name_taken();
  auto& queues = queues_of(call.world);
  const auto now = timestamp(call.world.now());
  queues.push_back(JsonObject{{"queue_id", call.world.ids.hex32()},
                              {"queue_name", name},
                              {"created_on", now},
                              {"modified_on", now},
                              {"consumers", JsonArray()},
                              {"settings", merged(default_settings(), *body)}});
  return success(queue_view(queues.back()));
}

/// Applies the name and the settings that a request states; `base` has the values of settings that it leaves out.
Outcome change_queue(Call& call, JsonObject& queue, const JsonObject& stated, const JsonObject& base) {
  if (const auto* name = member(stated, "queue_name")) {
    const auto text = string_member(stated, "queue_name");
    if (!name->is_string() || !is_queue_name(text)) return invalid_name();
    if (text != string_member(queue, "queue_name") && is_taken(call.world, text)) return name_taken();
    queue["queue_name"] = text;
  }
  queue["settings"] = merged(base, stated);
  queue["modified_on"] = timestamp(call.world.now());
  return success(queue_view(queue));
}

/// PUT …/queues/:queue: settings that are left out go back to their defaults.
Outcome put_queue(Call& call) {
  const auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  return change_queue(call, **queue, *body, default_settings());
}

/// PATCH …/queues/:queue: settings that are left out stay.
Outcome patch_queue(Call& call) {
  const auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto settings = (**queue)["settings"].get_object();
  return change_queue(call, **queue, *body, settings);
}

/// GET …/queues/:queue
Outcome get_queue(Call& call) {
  const auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  return success(queue_view(**queue));
}

/// DELETE …/queues/:queue
Outcome delete_queue(Call& call) {
  const auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  auto& queues = queues_of(call.world);
  queues.erase(queues.begin() + (*queue - queues.data()));
  return success(nullptr);
}

/// GET …/queues/:queue/consumers
Outcome list_consumers(Call& call) {
  const auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  return success(consumers_of(**queue));
}

/// The consumer that a request describes, with the service's additions.
Try<JsonObject> read_consumer(const Call& call, const JsonObject& queue) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto type = string_member(*body, "type");
  const auto script = string_member(*body, "script_name");
  if (type != "worker" && type != "http_pull") return refuse(400, 100127, "queues.api.error.invalid_consumer_type");
  if (type == "worker" && !call.world.account.workers.contains(script)) return no_such_worker();
  JsonObject consumer{{"type", type}, {"queue_name", string_member(queue, "queue_name")}};
  if (type == "worker") {
    consumer["script_name"] = script;
    consumer["script"] = script;  // an older name of the same member
    consumer["environment"] = "production";
  }
  // An empty text means that there is none.
  consumer["dead_letter_queue"] = string_member(*body, "dead_letter_queue");
  consumer["settings"] = merged(default_consumer_settings(), *body);
  return consumer;
}

/// POST …/queues/:queue/consumers
Outcome post_consumer(Call& call) {
  auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  auto consumer = read_consumer(call, **queue);
  if (!consumer) return std::unexpected(consumer.error());
  auto& consumers = consumers_of(**queue);
  if (!consumers.empty()) return refuse(409, 100127, "queues.api.error.consumer_already_exists");
  (*consumer)["consumer_id"] = call.world.ids.hex32();
  (*consumer)["created_on"] = timestamp(call.world.now());
  consumers.push_back(std::move(*consumer));
  return success(consumers.back());
}

/// The consumer of a call's path, by its id.
Try<JsonArray::iterator> find_consumer(const Call& call, JsonObject& queue) {
  auto& consumers = consumers_of(queue);
  auto* const found = std::ranges::find_if(
      consumers, [&](const Json& consumer) { return string_member(consumer, "consumer_id") == call.params[2]; });
  if (found == consumers.end()) return refuse(404, 100127, "queues.api.error.consumer_not_found");
  return found;
}

/// GET …/queues/:queue/consumers/:consumer
Outcome get_consumer(Call& call) {
  auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  auto found = find_consumer(call, **queue);
  if (!found) return std::unexpected(found.error());
  return success(**found);
}

/// PUT …/queues/:queue/consumers/:consumer
Outcome put_consumer(Call& call) {
  auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  auto found = find_consumer(call, **queue);
  if (!found) return std::unexpected(found.error());
  auto consumer = read_consumer(call, **queue);
  if (!consumer) return std::unexpected(consumer.error());
  for (const std::string_view key : {"consumer_id", "created_on"}) {
    (*consumer)[key] = string_member(**found, key);
  }
  **found = std::move(*consumer);
  return success(**found);
}

/// DELETE …/queues/:queue/consumers/:consumer
Outcome delete_consumer(Call& call) {
  auto queue = find_queue(call.world, call.params[1]);
  if (!queue) return std::unexpected(queue.error());
  auto found = find_consumer(call, **queue);
  if (!found) return std::unexpected(found.error());
  consumers_of(**queue).erase(*found);
  return success(nullptr);
}

constexpr std::array kQueuesEndpoints{
    Endpoint{"GET", "/accounts/:account/queues", list_queues},
    Endpoint{"POST", "/accounts/:account/queues", post_queue},
    Endpoint{"GET", "/accounts/:account/queues/:queue", get_queue},
    Endpoint{"PUT", "/accounts/:account/queues/:queue", put_queue},
    Endpoint{"PATCH", "/accounts/:account/queues/:queue", patch_queue},
    Endpoint{"DELETE", "/accounts/:account/queues/:queue", delete_queue},
    Endpoint{"GET", "/accounts/:account/queues/:queue/consumers", list_consumers},
    Endpoint{"POST", "/accounts/:account/queues/:queue/consumers", post_consumer},
    Endpoint{"GET", "/accounts/:account/queues/:queue/consumers/:consumer", get_consumer},
    Endpoint{"PUT", "/accounts/:account/queues/:queue/consumers/:consumer", put_consumer},
    Endpoint{"DELETE", "/accounts/:account/queues/:queue/consumers/:consumer", delete_consumer},
};

}  // namespace

std::span<const Endpoint> queue_endpoints() {
  return kQueuesEndpoints;
}

}  // namespace plumbline::simulator
