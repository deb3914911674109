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
#include "manifests/kinds/binding_facts.h"
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

using manifests::ResourceKind;

/// Ids by name. Several resources may share a name.
using ResourceIds = std::map<std::string, std::vector<std::string>, std::less<>>;

}  // namespace plumbline::reconciler
