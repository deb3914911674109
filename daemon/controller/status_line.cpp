#include "daemon/controller/status_line.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

bool is_ready(const SourceStatus* source) {
  const auto ready = source->conditions().find("Ready");
  return ready != source->conditions().end() && ready->second.status == Truth::yes;
}

std::string_view words(SyncStatus sync) {
  switch (sync) {
    case SyncStatus::synced:
      return "synced";
    case SyncStatus::out_of_sync:
      return "out of sync";
    case SyncStatus::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

std::string status_line(std::span<const SourceStatus* const> sources) {
  std::map<SyncStatus, std::size_t> counts;
  std::size_t workers = 0;
  for (const SourceStatus* source : sources) {
    workers += source->workers().size();
    for (const auto& worker : source->workers()) ++counts[worker.sync];
  }
  auto line = std::to_string(std::ranges::count_if(sources, is_ready)) + " of " + counted(sources.size(), "source") +
              " ready; " + counted(workers, "Worker");
  std::string_view separator = ": ";
  for (const auto& [sync, count] : counts) {
    line.append(separator).append(std::to_string(count)).append(" ").append(words(sync));
    separator = ", ";
  }
  return line;
}

}  // namespace plumbline::daemon
