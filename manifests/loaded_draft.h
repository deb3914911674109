#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "manifests/kinds/parse_cache.h"

namespace plumbline::manifests {

/// A draft during one load. The draft itself is shared with other loads and never changes.
struct LoadedDraft {
  std::shared_ptr<ParsedFile> file;
  std::size_t place = 0;  ///< among the Workers of the file
  std::string name;       ///< in the account, with the source's suffix; empty if it could not be read
  bool broken = false;    ///< because of its manifest, or because of other manifests
  /// The finished Worker; nullptr if the draft is broken or not finished yet.
  std::shared_ptr<const DesiredWorker> worker;

  [[nodiscard]] const WorkerDraft& draft() const { return file->file.workers[place]; }
  [[nodiscard]] FinishedWorker& finished() const { return file->finished[place]; }
};

}  // namespace plumbline::manifests
