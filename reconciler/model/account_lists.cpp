#include "reconciler/model/account_lists.h"

namespace plumbline::reconciler {

DurableClasses durable_classes_of(const JsonArray& list) {
  DurableClasses classes;
  for (const auto& item : list) {
    const auto worker = string_member(item, "script");
    auto& known = worker.empty() ? classes.of_nobody : classes.by_worker[std::string(worker)];
    known.emplace(string_member(item, "class"));
  }
  return classes;
}

}  // namespace plumbline::reconciler
