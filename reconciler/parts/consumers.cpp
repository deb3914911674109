#include "reconciler/parts/consumers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kDeadLetters = "dead_letter_queue";

// What the service takes where a consumer states nothing, and may or may not show in a read
// (https://developers.cloudflare.com/queues/configuration/configure-queues/). There is none of max_concurrency.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kDefaults{
    {{"batch_size", 10}, {"max_wait_time_ms", 5000}, {"max_retries", 3}, {"retry_delay", 0}}};

std::optional<Json> effective(const JsonObject& settings, std::string_view key) {
  if (const auto* value = member(settings, key)) return *value;
  const auto* const found = std::ranges::find(kDefaults, key, [](const auto& one) { return one.first; });
  return found == kDefaults.end() ? std::nullopt : std::optional<Json>(found->second);
}

// Stated settings alone are compared; a consumer without a queue for dead letters is meant to have none.
std::vector<std::string> differing_keys(const JsonObject& live, const JsonObject& desired) {
  std::vector<std::string> keys;
  for (const auto& entry : desired) {
    const auto value = effective(live, entry.key());
    if (!value || !equal(*value, entry.value())) keys.emplace_back(entry.key());
  }
  if (live.contains(kDeadLetters) && !desired.contains(kDeadLetters)) keys.emplace_back(kDeadLetters);
  return keys;
}

bool is_as_asked(const JsonObject& live, const JsonObject& desired) {
  return differing_keys(live, desired).empty();
}

// What a PUT sends, which replaces the whole: unmanaged settings keep their values.
JsonObject merged(JsonObject live, const JsonObject& desired) {
  live.erase(kDeadLetters);
  for (const auto& entry : desired) live[entry.key()] = entry.value();
  return live;
}

QueueConsumer consumer_of(const Json& item) {
  QueueConsumer consumer{std::string(string_member(item, "consumer_id")), {}, {}};
  // Three names of the same, from different years.
  for (const auto* key : {"service", "script", "script_name"}) {
    if (const auto name = string_member(item, key); !name.empty()) consumer.worker = name;
  }
  if (const auto* settings = member(item, "settings"); settings != nullptr && settings->is_object()) {
    for (const auto& entry : settings->get_object()) {
      if (!entry.value().is_null()) consumer.settings[entry.key()] = entry.value();
    }
  }
  // "" says that there is none.
  if (const auto queue = string_member(item, kDeadLetters); !queue.empty()) consumer.settings[kDeadLetters] = queue;
  return consumer;
}

const JsonObject* find(const Triggers& triggers, const std::string& name) {
  const auto found = triggers.find(name);
  return found == triggers.end() ? nullptr : &found->second;
}

Triggers live_consumers(const LiveWorker* worker) {
  const auto known = worker != nullptr ? known_consumers(*worker) : Known<Triggers>();
  return known.is_known() ? *known : Triggers();
}

bool is_given(const Target& target, const std::string& queue) {
  return target.triggers.consumers_given.contains(queue);
}

struct Differences {
  std::vector<std::string> put;
  std::vector<std::string> remove;
};

Differences differences(const Target& target, const LiveWorker* worker) {
  Differences out;
  if (!target.desired->queue_consumers) return out;
  const auto desired = desired_consumers(target);
  const auto live = live_consumers(worker);
  for (const auto& [queue, settings] : desired) {
    const auto* before = find(live, queue);
    if (before == nullptr || !is_as_asked(*before, settings)) out.put.push_back(queue);
  }
  for (const auto& [queue, settings] : live) {
    if (!desired.contains(queue) && !is_given(target, queue)) out.remove.push_back(queue);
  }
  return out;
}

std::map<std::string, std::string> wanted_queues(const std::vector<Target>& targets, const Policy& policy) {
  std::map<std::string, std::string> wanted;
  for (const auto& target : targets) {
    if (!target.desired->queue_consumers || !is_in_scope(target.desired->name, policy)) continue;
    for (const auto& consumer : *target.desired->queue_consumers) wanted.emplace(consumer.queue, target.desired->name);
  }
  return wanted;
}

void resolve(Target& target, const LiveState& live, const Policy& policy,
             const std::map<std::string, std::string>& wanted) {
  auto& context = target.triggers;
  const auto& name = target.desired->name;
  context.queue_ids.clear();
  context.consumers_taken.clear();
  context.consumers_given.clear();
  for (const auto& [queue, settings] : desired_consumers(target)) {
    const auto found = live.queues.items->find(queue);
    if (found == live.queues.items->end()) continue;
    context.queue_ids[queue] = found->second.id;
    for (const auto& consumer : found->second.consumers) {
      if (consumer.worker != name && is_of_source(consumer.worker, live, policy)) {
        context.consumers_taken[queue] = {consumer.worker, consumer.id};
      }
    }
  }
  const auto worker = live.workers.find(name);
  if (worker == live.workers.end() || !worker->second.consumers.is_known()) return;
  for (const auto& [queue, consumer] : *worker->second.consumers) {
    const auto taker = wanted.find(queue);
    if (taker != wanted.end() && taker->second != name) context.consumers_given[queue] = taker->second;
  }
}

Block no_such_queue(const std::string& queue, std::string_view field) {
  return {Reason::dependency_not_ready, fmt::format("{}: the account has no queue \"{}\"", field, queue),
          fmt::format("create it (wrangler queues create {}), or take it out of the manifest", queue)};
}

Block ambiguous_queue(const std::string& name, const Queue& queue, std::string_view field) {
  return {Reason::dependency_not_ready,
          fmt::format("{}: {} queues of the account are called \"{}\"", field, queue.others.size() + 1, name),
          fmt::format("give all but one of them another name: {}, {}", queue.id, fmt::join(queue.others, ", "))};
}

std::optional<Block> holder_block(const Target& target, const std::string& queue, const Queue& held) {
  for (const auto& consumer : held.consumers) {
    if (consumer.worker == target.desired->name) return std::nullopt;
  }
  if (held.consumers.empty() || target.triggers.consumers_taken.contains(queue)) return std::nullopt;
  const auto& worker = held.consumers.front().worker;
  return Block{Reason::ownership_conflict,
               worker.empty()
                   ? fmt::format("queue_consumers: the messages of the queue \"{}\" are pulled over HTTP", queue)
                   : fmt::format("queue_consumers: the queue \"{}\" is consumed by Worker {}, which does not "
                                 "belong to this source",
                                 queue, worker),
               "delete that consumer, or take the queue out of the manifest"};
}

std::optional<Block> dead_letter_block(const Target& target, const std::string& queue, const Queues& queues) {
  const auto desired = desired_consumers(target);
  const auto* settings = find(desired, queue);
  const std::string letters(settings != nullptr ? string_member(*settings, kDeadLetters) : std::string_view());
  if (letters.empty()) return std::nullopt;
  const auto found = queues.find(letters);
  if (found == queues.end()) return no_such_queue(letters, "queue_consumers.dead_letter_queue");
  if (found->second.others.empty()) return std::nullopt;
  return ambiguous_queue(letters, found->second, "queue_consumers.dead_letter_queue");
}

PlannedCall delete_call(const std::string& queue_id, const std::string& consumer_id, const std::string& holder,
                        std::string why) {
  return {.operation = "delete_queue_consumer",
          .parameters = {{"queue_id", queue_id}, {"consumer_id", consumer_id}},
          .why = std::move(why),
          .expected = holder};
}

JsonObject body_of(const Target& target, JsonObject settings) {
  JsonObject body{{"type", "worker"}, {"script_name", target.desired->name}};
  if (const auto* letters = settings.if_contains(kDeadLetters)) {
    body[kDeadLetters] = *letters;
    settings.erase(kDeadLetters);
  }
  if (!settings.empty()) body["settings"] = std::move(settings);
  return body;
}

PlannedCall post_call(const Target& target, const std::string& queue, const JsonObject& desired) {
  const auto id = target.triggers.queue_ids.find(queue);
  return {"create_queue_consumer",
          {{"queue_id", id == target.triggers.queue_ids.end() ? std::string() : id->second}},
          "consume the queue " + queue,
          body_of(target, desired)};
}

PlannedCall put_call(const Target& target, const std::string& queue, const LiveConsumer& live,
                     const JsonObject& desired) {
  return {"update_queue_consumer",
          {{"queue_id", live.queue_id}, {"consumer_id", live.consumer_id}},
          "change how the queue " + queue + " is consumed",
          body_of(target, merged(live.settings, desired))};
}

const LiveConsumer* find_live(const LiveWorker* worker, const std::string& queue) {
  const auto* consumers = worker != nullptr ? worker->consumers.if_known() : nullptr;
  if (consumers == nullptr) return nullptr;
  const auto found = consumers->find(queue);
  return found == consumers->end() ? nullptr : &found->second;
}

void describe_put(const Target& target, const std::string& queue, const JsonObject* before, const JsonObject& desired,
                  std::vector<ChangeLine>& lines) {
  const std::string what = "queue consumer " + queue;
  if (before == nullptr) {
    const Json all(desired);
    std::string detail = desired.empty() ? std::string() : shown(&all);
    const auto holder = target.triggers.consumers_taken.find(queue);
    if (holder != target.triggers.consumers_taken.end()) {
      detail += fmt::format("{}taken over from worker.{}", detail.empty() ? "" : "; ", holder->second.worker);
    }
    lines.push_back({'+', what, std::move(detail), {}});
    return;
  }
  for (const auto& key : differing_keys(*before, desired)) {
    const auto live = effective(*before, key);
    const auto from = shown(live ? &*live : nullptr);
    const auto to = shown(member(desired, key));
    lines.push_back(change_line(fmt::format("{}.{}", what, key), from, to));
  }
}

}  // namespace

std::optional<std::string> unreadable_queue(const JsonArray& list) {
  for (const auto& item : list) {
    const auto* consumers = member(item, "consumers");
    if (consumers == nullptr || consumers->is_null()) continue;
    const std::string queue(string_member(item, "queue_name"));
    if (!consumers->is_array()) return "the consumers of the queue " + queue + " are no list";
    for (const auto& consumer : consumers->get_array()) {
      const auto known = consumer_of(consumer);
      // Whoever pulls over HTTP has no Worker.
      const bool nameless = known.worker.empty() && string_member(consumer, "type") == "worker";
      if (known.id.empty() || nameless) return "a consumer of the queue " + queue + " is not told whole";
    }
  }
  return std::nullopt;
}

Queues queues_of(const JsonArray& list) {
  Queues queues;
  for (const auto& item : list) {
    Queue queue{std::string(string_member(item, "queue_id")), {}, {}};
    if (const auto* consumers = member(item, "consumers"); consumers != nullptr && consumers->is_array()) {
      for (const auto& consumer : consumers->get_array()) queue.consumers.push_back(consumer_of(consumer));
    }
    auto name = std::string(string_member(item, "queue_name"));
    const auto found = queues.find(name);
    if (found != queues.end()) {
      found->second.others.push_back(queue.id);
      // Its own name, so that what a Worker consumes of it is seen.
      name += " (" + queue.id + ")";
    }
    queues.insert_or_assign(std::move(name), std::move(queue));
  }
  return queues;
}

std::string consumer_worker(const Json& consumer) {
  return consumer_of(consumer).worker;
}

void set_queues(LiveState& live, Queues queues) {
  std::map<std::string, std::map<std::string, LiveConsumer>> by_worker;
  for (const auto& [name, queue] : queues) {
    for (const auto& consumer : queue.consumers) {
      by_worker[consumer.worker][name] = {queue.id, consumer.id, consumer.settings};
    }
  }
  for (auto& [name, worker] : live.workers) {
    worker.consumers = Known<std::map<std::string, LiveConsumer>>::known(std::move(by_worker[name]));
  }
  live.queues.items = Known<Queues>::known(std::move(queues));
}

Triggers desired_consumers(const Target& target) {
  Triggers out;
  if (!target.desired->queue_consumers) return out;
  for (const auto& consumer : *target.desired->queue_consumers) {
    auto settings = consumer.settings;
    if (!consumer.dead_letter_queue.empty()) settings[kDeadLetters] = consumer.dead_letter_queue;
    out.emplace(consumer.queue, std::move(settings));
  }
  return out;
}

Known<Triggers> known_consumers(const LiveWorker& worker) {
  if (const auto* read = worker.consumers.if_known()) {
    Triggers out;
    for (const auto& [queue, consumer] : *read) out.emplace(queue, consumer.settings);
    return Known<Triggers>::known(std::move(out));
  }
  if (worker.clean && worker.memory && worker.memory->consumers)
    return Known<Triggers>::known(*worker.memory->consumers);
  return {};
}

bool needs_queues(const Target& target, const LiveWorker* worker) {
  if (!target.desired->queue_consumers) return false;
  if (worker != nullptr && known_consumers(*worker).is_unknown()) return true;
  const auto [put, remove] = differences(target, worker);
  return !put.empty() || !remove.empty();
}

void resolve_consumers(std::vector<Target>& targets, const LiveState& live, const Policy& policy) {
  if (!live.queues.items.is_known()) return;
  const auto wanted = wanted_queues(targets, policy);
  for (auto& target : targets) {
    if (target.desired->queue_consumers) resolve(target, live, policy, wanted);
  }
}

std::optional<Block> consumer_block(const Target& target, const LiveWorker* worker, const LiveState& live) {
  if (!target.desired->queue_consumers) return std::nullopt;
  const auto* queues = live.queues.items.if_known();
  if (queues == nullptr) {
    if (!live.queues.failure || !needs_queues(target, worker)) return std::nullopt;
    return Block{Reason::read_failed,
                 "queue_consumers: the queues of the account could not be read: " + api::to_text(*live.queues.failure),
                 "try again later, or see that the token may read queues"};
  }
  for (const auto& [queue, settings] : desired_consumers(target)) {
    const auto found = queues->find(queue);
    if (found == queues->end()) return no_such_queue(queue, "queue_consumers");
    if (!found->second.others.empty()) return ambiguous_queue(queue, found->second, "queue_consumers");
    if (auto block = holder_block(target, queue, found->second)) return block;
  }
  for (const auto& queue : differences(target, worker).put) {
    if (auto block = dead_letter_block(target, queue, *queues)) return block;
  }
  return std::nullopt;
}

void diff_consumers(const Target& target, const LiveWorker* worker, WorkerDiff& diff) {
  auto [put, remove] = differences(target, worker);
  const auto live = live_consumers(worker);
  const auto desired = desired_consumers(target);
  for (const auto& queue : put) describe_put(target, queue, find(live, queue), desired.at(queue), diff.lines);
  for (const auto& queue : remove) {
    diff.lines.push_back({'-', "queue consumer " + queue, "no longer in the manifest", {}});
  }
  for (const auto& [queue, taker] : target.triggers.consumers_given) {
    diff.lines.push_back({'.', "queue consumer " + queue, "goes to worker." + taker, {}});
  }
  diff.put_consumers = std::move(put);
  diff.delete_consumers = std::move(remove);
}

void add_consumer_calls(const Target& target, const LiveWorker* worker, const WorkerDiff& diff,
                        std::vector<PlannedCall>& calls) {
  std::vector<PlannedCall> first;
  for (const auto& queue : diff.delete_consumers) {
    if (const auto* live = find_live(worker, queue)) {
      first.push_back(
          delete_call(live->queue_id, live->consumer_id, worker->name, "stop consuming the queue " + queue));
    }
  }
  calls.insert(calls.begin(), first.begin(), first.end());
  const auto desired = desired_consumers(target);
  for (const auto& queue : diff.put_consumers) {
    if (const auto* live = find_live(worker, queue)) {
      calls.push_back(put_call(target, queue, *live, desired.at(queue)));
      continue;
    }
    auto post = post_call(target, queue, desired.at(queue));
    const auto holder = target.triggers.consumers_taken.find(queue);
    if (holder != target.triggers.consumers_taken.end()) {
      calls.push_back(delete_call(std::string(post.parameter("queue_id")), holder->second.consumer_id,
                                  holder->second.worker,
                                  fmt::format("take the queue {} over from {}", queue, holder->second.worker)));
    }
    calls.push_back(std::move(post));
  }
}

std::vector<std::string> consumers_left(const LiveWorker& worker, const std::vector<Target>& targets) {
  std::vector<std::string> queues;
  for (const auto& [queue, settings] : live_consumers(&worker)) {
    const bool taken = std::ranges::any_of(
        targets, [&queue](const Target& target) { return desired_consumers(target).contains(queue); });
    if (!taken) queues.push_back(queue);
  }
  return queues;
}

void add_consumer_removals(WorkerChange& change, const std::vector<Target>& targets) {
  if (!change.live) return;
  for (const auto& queue : consumers_left(*change.live, targets)) {
    const auto* consumer = find_live(&*change.live, queue);
    if (consumer == nullptr) continue;
    change.calls.push_back(
        delete_call(consumer->queue_id, consumer->consumer_id, change.name, "stop consuming the queue " + queue));
    change.lines.push_back({'-', "queue consumer " + queue, {}, {}});
  }
}

Triggers consumers_after(const Target& target, const LiveWorker* worker) {
  Triggers out;
  const auto live = live_consumers(worker);
  for (const auto& [queue, settings] : desired_consumers(target)) {
    const auto* before = find(live, queue);
    out.emplace(queue, before != nullptr ? merged(*before, settings) : settings);
  }
  return out;
}

Triggers consumers_before(const Target& target, const LiveWorker& worker) {
  Triggers out;
  const auto desired = desired_consumers(target);
  for (const auto& [queue, settings] : live_consumers(&worker)) {
    JsonObject& before = out[queue];
    const auto* wanted = find(desired, queue);
    if (wanted == nullptr) continue;
    for (const auto& entry : *wanted) {
      if (const auto value = effective(settings, entry.key())) before[entry.key()] = *value;
    }
    if (const auto* letters = member(settings, kDeadLetters)) before[kDeadLetters] = *letters;
  }
  return out;
}

}  // namespace plumbline::reconciler
