#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"
#include "base/json.h"
#include "reconciler/model/known.h"

/// The things beside Workers that an account holds and manifests refer to. One list of each kind serves all Workers.
namespace plumbline::reconciler {

/// A list of the account: not read, read whole, or not readable.
template <class T>
struct AccountList {
  Known<T> items;
  std::optional<api::Error> failure;  ///< whoever needs the list waits; nobody else does

  [[nodiscard]] bool is_unread() const { return items.is_unknown() && !failure; }
};

/// The consumer of a queue.
struct QueueConsumer {
  std::string id;
  std::string worker;   ///< empty: messages are pulled over HTTP
  JsonObject settings;  ///< {batch_size, …, dead_letter_queue}; unset members are left out
};

/// A queue of the account.
struct Queue {
  std::string id;
  std::vector<QueueConsumer> consumers;  ///< the service allows at most one
  /// Ids of other queues with this name, which nothing rules out. If there are any, the name means none of the queues.
  std::vector<std::string> others{};
};

/// By name.
using Queues = std::map<std::string, Queue, std::less<>>;

struct Workflow {
  std::string worker;
  JsonObject settings;  ///< {class_name, schedules?}; the list shows no limits
};

/// By name.
using Workflows = std::map<std::string, Workflow, std::less<>>;

/// Durable Object classes that have data, by the Worker that implements them.
struct DurableClasses {
  using Names = std::set<std::string, std::less<>>;
  std::map<std::string, Names, std::less<>> by_worker;
  /// Classes for which the list names no Worker, because it is gone or the entry lacks it; any Worker may have them.
  Names of_nobody;
};

/// Reads the items of GET …/durable_objects/namespaces.
DurableClasses durable_classes_of(const JsonArray& list);

/// Kinds of resources that a binding may name instead of giving their id.
enum class ResourceKind { kv_namespace, d1_database, hyperdrive_config };

/// Ids by name. Several resources may share a name.
using ResourceIds = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The words for a kind of resource in manifests and in the API.
struct ResourceWords {
  ResourceKind kind = ResourceKind::kv_namespace;
  std::string_view binding_type;  ///< `kv_namespace`
  std::string_view name_key;      ///< the member of a manifest's binding that holds the name: `title`
  std::string_view id_key;        ///< the member of the API's binding that holds the id: `namespace_id`
  std::string_view singular;      ///< for people: `KV namespace`
};

const ResourceWords& words_of(ResourceKind kind);

/// nullptr if bindings of this type never give a name.
const ResourceWords* words_of_binding(std::string_view type);

}  // namespace plumbline::reconciler
