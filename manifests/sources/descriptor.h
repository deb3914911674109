#pragma once

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace plumbline::manifests {

/// Opens a folder by any path, for use with open_beneath.
Result<Descriptor> open_root(const std::string& path);

enum class Links {
  refuse,         ///< no symbolic link anywhere on the way
  follow_inside,  ///< links are followed as long as they stay below the folder
};

enum class Target { file, folder };

/// Opens `path` below `folder` for reading, by openat2(2) where that is allowed: never leaves the folder, whatever
/// happens on disk meanwhile; never waits for a FIFO. A file that is opened is a regular one.
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
