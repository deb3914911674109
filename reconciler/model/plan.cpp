#include "reconciler/model/plan.h"

#include <algorithm>

namespace plumbline::reconciler {

std::string_view word_of(ExposureChange::Type type) {
  return type == ExposureChange::Type::route ? "route" : "domain";
}

std::string address_of(ExposureChange::Type type, const std::string& name) {
  return std::string(word_of(type)) + "." + name;
}

std::string address_of(const ExposureChange& exposure) {
  return address_of(exposure.type, exposure.name);
}

std::string worker_address(std::string_view name) {
  return std::string("worker.").append(name);
}

std::string address_of(const WorkerChange& change) {
  return worker_address(change.name);
}

std::string address_of(const ZoneWorkerChange& change) {
  return "zone_worker." + change.zone;
}

bool WorkerChange::writes_exposure() const {
  return std::ranges::any_of(exposure, &ExposureChange::writes);
}

std::size_t WorkerChange::bootstrap_calls() const {
  const auto upload = std::ranges::find(calls, api::OperationRef("upload_script"), &PlannedCall::operation);
  return std::min(calls.size(), static_cast<std::size_t>(upload - calls.begin()) + 1);
}

bool Plan::has_changes() const {
  const auto changes = [](const ExposureChange& exposure) { return exposure.call || exposure.block; };
  return std::ranges::any_of(workers,
                             [&changes](const WorkerChange& change) {
                               return !change.calls.empty() || change.block ||
                                      std::ranges::any_of(change.exposure, changes);
                             }) ||
         std::ranges::any_of(zone_workers, [](const auto& change) { return !change.calls.empty() || change.block; });
}

bool Plan::has_writes() const {
  const bool writes = std::ranges::any_of(
      workers, [](const WorkerChange& change) { return change.writes() || change.writes_exposure(); });
  return policy != Prune::report && (writes || std::ranges::any_of(zone_workers, &ZoneWorkerChange::writes));
}

bool Plan::has_blocks() const {
  return !blocks_of(*this).empty();
}

std::vector<AddressedBlock> blocks_of(const Plan& plan) {
  std::vector<AddressedBlock> blocks;
  for (const auto& change : plan.workers) {
    if (change.block) blocks.push_back({address_of(change), &*change.block, change.origin == Origin::drift});
    for (const auto& exposure : change.exposure) {
      if (exposure.block)
        blocks.push_back({address_of(exposure), &*exposure.block, exposure.drift, address_of(change)});
    }
  }
  for (const auto& change : plan.zone_workers) {
    if (change.block) blocks.push_back({address_of(change), &*change.block, change.drift});
  }
  return blocks;
}

}  // namespace plumbline::reconciler
