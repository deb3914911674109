#pragma once

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace plumbline::manifests {

/// Opens a folder by any path, for open_beneath(). The error says why it cannot be opened.
Result<Descriptor> open_root(const std::string& path);

enum class Links {
  refuse,         ///< symbolic links are refused anywhere on the path
  follow_inside,  ///< links are followed as long as they stay below the folder
};

enum class Target { file, folder };

/// Opens `path` below `folder` for reading, by openat2(2) if that call is allowed. It never leaves the folder, whatever
/// happens on disk meanwhile, and never waits for a FIFO. With Target::file only a regular file is opened. The error
/// says why it cannot be opened.
Result<Descriptor> open_beneath(const Descriptor& folder, const std::string& path, Target target, Links links);

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using FolderStream = std::unique_ptr<DIR, CloseFolder>;

/// The entries of a folder that was opened for reading, for readdir(3).
Result<FolderStream> open_stream(Descriptor folder);

/// Every byte of a regular file; an error if they are more than `cap`. `name` is for messages.
Result<std::string> read_all(const Descriptor& file, std::uint64_t cap, const std::string& name);

}  // namespace plumbline::manifests
