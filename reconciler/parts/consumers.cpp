#include "reconciler/parts/consumers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reconciler/parts/held_part.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kQueueConsumers = "queue_consumers";
constexpr std::string_view kDeadLetters = "dead_letter_queue";

// What the service takes where a consumer states nothing, and may or may not show in a read
// (https://developers.cloudflare.com/queues/configuration/configure-queues/). There is none of max_concurrency.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kDefaults{
    {{"batch_size", 10}, {"max_wait_time_ms", 5000}, {"max_retries", 3}, {"retry_delay", 0}}};

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

Block no_such_queue(const std::string& queue, std::string_view field) {
  return {Reason::dependency_not_ready, fmt::format("{}: the account has no queue \"{}\"", field, queue),
          fmt::format("create it (wrangler queues create {}), or take it out of the manifest", queue)};
}

Block ambiguous_queue(const std::string& name, const Queue& queue, std::string_view field) {
  return {Reason::dependency_not_ready,
          fmt::format("{}: {} queues of the account are called \"{}\"", field, queue.others.size() + 1, name),
          fmt::format("rename all but one of them: {}, {}", queue.id, fmt::join(queue.others, ", "))};
}

PlannedCall delete_consumer_call(const std::string& queue_id, const QueueConsumer& consumer, std::string why) {
  return {.operation = "delete_queue_consumer",
          .parameters = {{"queue_id", queue_id}, {"consumer_id", consumer.id}},
          .why = std::move(why),
          .expected = consumer.worker};
}

JsonObject consumer_body(const std::string& worker, JsonObject settings) {
  JsonObject body{{"type", "worker"}, {"script_name", worker}};
  if (const auto* letters = settings.if_contains(kDeadLetters)) {
    body[kDeadLetters] = *letters;
    settings.erase(kDeadLetters);
  }
  if (!settings.empty()) body["settings"] = std::move(settings);
  return body;
}

/// Queues that a Worker consumes. A queue has one consumer.
class ConsumersPart final : public HeldPart {
 public:
  ConsumersPart() : HeldPart({kQueueConsumers, "queue consumer", "queues", Read::Kind::queues}) {}

  // What has to go before the Worker. What a manifest takes over stays until it is taken.
  [[nodiscard]] PartDiff removal(const Subject& subject) const override {
    PartDiff diff;
    if (subject.account->live->queues.failure) {
      diff.unread_ends = unread_block("the queues of the account", subject.account->live->queues.failure);
    }
    for (const auto& [queue, settings] : live_things(subject.live)) {
      if (is_claimed(subject, queue)) continue;
      diff.ends.push_back({Ended::Kind::queue_consumer, Ended::Road::worker_deleted, queue, {}});
      if (add_delete(subject, queue, diff)) diff.line('-', "queue consumer " + queue);
    }
    return diff;
  }

  [[nodiscard]] std::size_t count_held(const LiveWorker& live, Ended::Kind kind) const override {
    return kind == Ended::Kind::queue_consumer ? live_things(&live).size() : 0;
  }

 protected:
  [[nodiscard]] std::optional<Triggers> stated(const manifests::DesiredWorker& worker) const override {
    if (!worker.queue_consumers) return std::nullopt;
    Triggers out;
    for (const auto& consumer : *worker.queue_consumers) {
      auto settings = consumer.settings;
      if (!consumer.dead_letter_queue.empty()) settings[kDeadLetters] = consumer.dead_letter_queue;
      out.emplace(consumer.queue, std::move(settings));
    }
    return out;
  }
  [[nodiscard]] bool is_unread(const LiveState& live) const override { return live.queues.is_unread(); }
  [[nodiscard]] const std::optional<api::Error>& failure(const LiveState& live) const override {
    return live.queues.failure;
  }

  [[nodiscard]] std::string holder(const Subject& subject, const std::string& queue) const override {
    const auto* taken = taken_consumer(subject, queue);
    return taken != nullptr ? taken->worker : std::string();
  }

  // Stated settings alone are compared; a consumer without a queue for dead letters is meant to have none.
  [[nodiscard]] std::vector<std::string> differing(const JsonObject& live, const JsonObject& desired) const override {
    std::vector<std::string> keys;
    for (const auto& entry : desired) {
      const auto value = live_value(live, entry.key());
      if (!value || !equal(*value, entry.value())) keys.emplace_back(entry.key());
    }
    if (live.contains(kDeadLetters) && !desired.contains(kDeadLetters)) keys.emplace_back(kDeadLetters);
    return keys;
  }
  [[nodiscard]] std::optional<Json> live_value(const JsonObject& live, std::string_view key) const override {
    if (const auto* value = member(live, key)) return *value;
    const auto* const found = std::ranges::find(kDefaults, key, [](const auto& one) { return one.first; });
    return found == kDefaults.end() ? std::nullopt : std::optional<Json>(found->second);
  }
  [[nodiscard]] JsonObject merged(JsonObject live, const JsonObject& desired) const override {
    live.erase(kDeadLetters);
    for (const auto& entry : desired) live[entry.key()] = entry.value();
    return live;
  }
  [[nodiscard]] std::string described(const JsonObject& desired) const override {
    const Json all(desired);
    return desired.empty() ? std::string() : shown(&all);
  }

  [[nodiscard]] std::optional<Block> held_block(const Subject& subject, const Triggers& desired) const override {
    for (const auto& [queue, settings] : desired) {
      const auto* found = find_queue(subject, queue);
      if (found == nullptr) return no_such_queue(queue, kQueueConsumers);
      if (!found->others.empty()) return ambiguous_queue(queue, *found, kQueueConsumers);
      if (auto block = holder_block(subject, queue, *found)) return block;
    }
    const auto live = live_things(subject.live);
    for (const auto& [queue, settings] : desired) {
      const auto before = live.find(queue);
      if (before != live.end() && differing(before->second, settings).empty()) continue;
      if (auto block = dead_letter_block(subject, settings)) return block;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<PlannedCall> put_calls(const Subject& subject, const std::string& queue,
                                                   const JsonObject& desired, const JsonObject* live) const override {
    const auto* found = find_queue(subject, queue);
    const auto id = found != nullptr ? found->id : std::string();
    const auto* own = live != nullptr ? consumer_of_worker(subject, queue) : nullptr;
    if (own != nullptr) {
      return {{"update_queue_consumer",
               {{"queue_id", id}, {"consumer_id", own->id}},
               "change how the queue " + queue + " is consumed",
               consumer_body(subject.name(), merged(own->settings, desired))}};
    }
    std::vector<PlannedCall> calls;
    if (const auto* taken = taken_consumer(subject, queue)) {
      calls.push_back(
          delete_consumer_call(id, *taken, fmt::format("take the queue {} over from {}", queue, taken->worker)));
    }
    calls.push_back({"create_queue_consumer",
                     {{"queue_id", id}},
                     "consume the queue " + queue,
                     consumer_body(subject.name(), desired)});
    return calls;
  }

  void add_surplus(const Subject& subject, const std::string& queue, const std::string* taker,
                   PartDiff& diff) const override {
    const auto what = "queue consumer " + queue;
    if (taker != nullptr) return diff.line('.', what, "goes to worker." + *taker);
    diff.line('-', what, "no longer in the manifest");
    diff.ends.push_back({Ended::Kind::queue_consumer, Ended::Road::left_out, queue, {}});
    diff.gone.push_back(queue);
    add_delete(subject, queue, diff);
  }
  [[nodiscard]] bool keeps_surplus() const override { return false; }

  // Of one that the manifest does not name, that it is there.
  [[nodiscard]] std::optional<JsonObject> before(const JsonObject& live, const JsonObject* desired) const override {
    JsonObject out;
    if (desired == nullptr) return out;
    for (const auto& entry : *desired) {
      if (const auto value = live_value(live, entry.key())) out[entry.key()] = *value;
    }
    if (const auto* letters = member(live, kDeadLetters)) out[kDeadLetters] = *letters;
    return out;
  }

 private:
  static const Queue* find_queue(const Subject& subject, const std::string& name) {
    const auto* queues = subject.account->live->queues.items.if_known();
    if (queues == nullptr) return nullptr;
    const auto found = queues->find(name);
    return found == queues->end() ? nullptr : &found->second;
  }

  static const QueueConsumer* consumer_of_worker(const Subject& subject, const std::string& queue) {
    const auto* found = find_queue(subject, queue);
    if (found == nullptr || subject.live == nullptr) return nullptr;
    const auto own = std::ranges::find(found->consumers, subject.name(), &QueueConsumer::worker);
    return own == found->consumers.end() ? nullptr : &*own;
  }

  static const QueueConsumer* taken_consumer(const Subject& subject, const std::string& queue) {
    const auto* found = find_queue(subject, queue);
    if (found == nullptr) return nullptr;
    const auto& account = *subject.account;
    const auto taken = std::ranges::find_if(found->consumers, [&](const QueueConsumer& consumer) {
      return consumer.worker != subject.name() && is_of_source(consumer.worker, *account.live, account.policy->owner);
    });
    return taken == found->consumers.end() ? nullptr : &*taken;
  }

  static bool add_delete(const Subject& subject, const std::string& queue, PartDiff& diff) {
    const auto* own = consumer_of_worker(subject, queue);
    if (own == nullptr) return false;
    diff.first.push_back(
        delete_consumer_call(find_queue(subject, queue)->id, *own, "stop consuming the queue " + queue));
    return true;
  }

  static std::optional<Block> holder_block(const Subject& subject, const std::string& queue, const Queue& held) {
    const bool own = std::ranges::find(held.consumers, subject.name(), &QueueConsumer::worker) != held.consumers.end();
    if (own || held.consumers.empty() || taken_consumer(subject, queue) != nullptr) return std::nullopt;
    const auto& worker = held.consumers.front().worker;
    return Block{Reason::ownership_conflict,
                 worker.empty()
                     ? fmt::format("queue_consumers: the messages of the queue \"{}\" are pulled over HTTP", queue)
                     : fmt::format("queue_consumers: the queue \"{}\" is consumed by Worker {}, which does not "
                                   "belong to this source",
                                   queue, worker),
                 "delete that consumer, or take the queue out of the manifest"};
  }

  static std::optional<Block> dead_letter_block(const Subject& subject, const JsonObject& settings) {
    const std::string letters(string_member(settings, kDeadLetters));
    if (letters.empty()) return std::nullopt;
    const auto* found = find_queue(subject, letters);
    if (found == nullptr) return no_such_queue(letters, "queue_consumers.dead_letter_queue");
    if (found->others.empty()) return std::nullopt;
    return ambiguous_queue(letters, *found, "queue_consumers.dead_letter_queue");
  }
};

}  // namespace

std::optional<std::string> unreadable_queue(const JsonArray& list) {
  for (const auto& item : list) {
    const auto* consumers = member(item, "consumers");
    if (consumers == nullptr || consumers->is_null()) continue;
    const std::string queue(string_member(item, "queue_name"));
    if (!consumers->is_array()) return "the consumers of the queue " + queue + " are not a list";
    for (const auto& consumer : consumers->get_array()) {
      const auto known = consumer_of(consumer);
      // Whoever pulls over HTTP has no Worker.
      const bool nameless = known.worker.empty() && string_member(consumer, "type") == "worker";
      if (known.id.empty() || nameless) return "a consumer of the queue " + queue + " lacks its id or its Worker";
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
  std::map<std::string, JsonObject> by_worker;
  for (const auto& [name, queue] : queues) {
    for (const auto& consumer : queue.consumers) {
      by_worker[consumer.worker][name] = consumer.settings;
    }
  }
  for (auto& [name, worker] : live.workers) {
    worker.parts.insert_or_assign(std::string(kQueueConsumers), std::move(by_worker[name]));
  }
  live.queues.items = Known<Queues>::known(std::move(queues));
}

const Part& consumers_part() {
  static const ConsumersPart part;
  return part;
}

}  // namespace plumbline::reconciler
