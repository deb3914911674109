#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/edit/accept.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// What of a live Worker its manifest shall say.
struct AcceptedWorker {
  std::string name;      ///< in the account
  SourceLocation where;  ///< DesiredWorker::where
  WrittenAs written_as = WrittenAs::manifest;
  std::vector<AcceptedValue> values;
};

/// A value that stays as it is in git.
struct RefusedValue {
  std::string worker;
  NotAccepted value;
};

struct AcceptedFiles {
  std::map<std::string, std::string> files;  ///< new bytes by path, of files that change; nothing is written
  std::vector<RefusedValue> refused;
};

/// Writes values of live Workers into the files of a source that state them, and reads the whole source again: a file
/// in which some Worker would not say exactly what was accepted stays as it is. `options` are those by which the source
/// was loaded. Blocks; for the pool.
AcceptedFiles accept_live(const std::shared_ptr<const SourceTree>& tree, const LoadOptions& options,
                          const std::vector<AcceptedWorker>& workers);

}  // namespace plumbline::manifests
