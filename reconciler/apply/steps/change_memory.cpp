#include "reconciler/apply/steps/change_memory.h"

#include <vector>

#include "reconciler/plan/after_calls.h"

namespace plumbline::reconciler {
namespace {

void note_mending(std::vector<TimePoint>& times, TimePoint now) {
  times.push_back(now);
  if (times.size() > kMostMendings) times.erase(times.begin());
}

}  // namespace

Observation memory_of_applied(const WorkerChange& change, const std::optional<JsonObject>& upload_answer,
                              TimePoint now) {
  auto memory = after_calls(change, upload_answer ? &*upload_answer : nullptr, now);
  if (change.reapplied) {
    note_mending(memory.mendings.times, now);
    memory.mendings.what = lines_digest(change.lines);
  } else {
    memory.mendings = {};
  }
  return memory;
}

Observation memory_of_undeployed(const WorkerChange& change) {
  auto memory = change.live && change.live->memory ? *change.live->memory : Observation();
  memory.newest_undeployed = true;
  memory.dirty = true;
  return memory;
}

std::map<std::string, std::optional<ExposureMemory>> memory_of_applied(const ZoneWorkerChange& change, TimePoint now) {
  auto memory = change.memory;
  std::erase_if(memory, [](const auto& entry) { return !entry.second; });
  if (!change.drift) return memory;
  for (auto& [key, value] : memory) note_mending(value->mended, now);
  return memory;
}

}  // namespace plumbline::reconciler
