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

/// What an account holds beside Workers, as far as manifests refer to it: one list of each kind serves every Worker.
namespace plumbline::reconciler {

/// A list of the account: not asked for, read whole, or not to be had.
template <class T>
struct AccountList {
  Known<T> items;
  std::optional<api::Error> failure;  ///< whoever needs the list waits; nobody else does

  [[nodiscard]] bool is_unread() const { return items.is_unknown() && !failure; }
};

/// What takes the messages of a queue.
struct QueueConsumer {
  std::string id;
  std::string worker;   ///< empty: whoever pulls them over HTTP
  JsonObject settings;  ///< {batch_size, …, dead_letter_queue}, what is not set left out
};

struct Queue {
  std::string id;
  std::vector<QueueConsumer> consumers;  ///< the service knows one at most
  /// Ids of other queues of this name, which nothing rules out: then the name means none of them.
  std::vector<std::string> others{};
};

/// By name.
using Queues = std::map<std::string, Queue, std::less<>>;

struct Workflow {
  std::string worker;
  JsonObject settings;  ///< {class_name, schedules?}; the list tells no limits
};

/// By name.
using Workflows = std::map<std::string, Workflow, std::less<>>;

/// Durable Object classes that have data, by the Worker that implements them.
struct DurableClasses {
  using Names = std::set<std::string, std::less<>>;
  std::map<std::string, Names, std::less<>> by_worker;
  Names of_nobody;  ///< the list names no Worker: it is gone, or the entry came without it; they may be anybody's
};

/// What GET …/durable_objects/namespaces lists.
DurableClasses durable_classes_of(const JsonArray& list);

/// What a binding may give by its name in place of its id.
enum class ResourceKind { kv_namespace, d1_database, hyperdrive_config };

/// Ids by name. Nothing says that a name is one resource's alone.
using ResourceIds = std::map<std::string, std::vector<std::string>, std::less<>>;

/// How a kind of resource is spelled in manifests and in the API.
struct ResourceWords {
  ResourceKind kind = ResourceKind::kv_namespace;
  std::string_view binding_type;  ///< `kv_namespace`
  std::string_view name_key;      ///< of a binding in a manifest: `title`
  std::string_view id_key;        ///< of a binding in the API: `namespace_id`
  std::string_view singular;      ///< for people: `KV namespace`
};

const ResourceWords& words_of(ResourceKind kind);

/// Nothing if bindings of this type are never given by name.
const ResourceWords* words_of_binding(std::string_view type);

}  // namespace plumbline::reconciler
