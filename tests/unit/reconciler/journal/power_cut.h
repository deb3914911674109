#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <new>
#include <string>

namespace plumbline::reconciler::test {

/// As long as one lives, SQLite's files of this process are kept twice: as they are, and, in `<path>.disk`, as they
/// were when SQLite last asked the disk to keep them. A power cut leaves the latter, or more. One at a time.
class PowerCut {
 public:
  PowerCut() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "power-cut";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = real_;
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;
  ~PowerCut() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }

  /// Copies what the disk holds of the database at `path` into the empty folder `to`, under the name of the database.
  static void copy(const std::string& path, const std::filesystem::path& to) {
    const std::scoped_lock lock(mutex());
    std::filesystem::create_directories(to);
    const auto name = std::filesystem::path(path).filename().string();
    for (const char* suffix : {"", "-wal"}) {
      if (std::filesystem::exists(path + suffix + ".disk")) {
        std::filesystem::copy_file(path + suffix + ".disk", to / (name + suffix));
      }
    }
  }

 private:
  // Stands before the real file in one piece of memory, whose size is vfs_.szOsFile.
  struct File {
    sqlite3_file base{};
    sqlite3_io_methods methods{};
    std::string path;
  };

  // Between the journal's thread and the test's.
  static std::mutex& mutex() {
    static std::mutex mutex;
    return mutex;
  }

  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + sizeof(File));
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* memory, int flags, int* out_flags) {
    auto* vfs_below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    auto* file = new (memory) File();
    const int status = vfs_below->xOpen(vfs_below, name, real(memory), flags, out_flags);
    const auto* below = real(memory)->pMethods;
    if (below == nullptr) return status;
    file->path = name == nullptr ? "" : name;
    file->methods = {.iVersion = below->iVersion,
                     .xClose = &close,
                     .xRead = &pass<&sqlite3_io_methods::xRead>,
                     .xWrite = &pass<&sqlite3_io_methods::xWrite>,
                     .xTruncate = &pass<&sqlite3_io_methods::xTruncate>,
                     .xSync = &sync,
                     .xFileSize = &pass<&sqlite3_io_methods::xFileSize>,
                     .xLock = &pass<&sqlite3_io_methods::xLock>,
                     .xUnlock = &pass<&sqlite3_io_methods::xUnlock>,
                     .xCheckReservedLock = &pass<&sqlite3_io_methods::xCheckReservedLock>,
                     .xFileControl = &pass<&sqlite3_io_methods::xFileControl>,
                     .xSectorSize = &pass<&sqlite3_io_methods::xSectorSize>,
                     .xDeviceCharacteristics = &pass<&sqlite3_io_methods::xDeviceCharacteristics>,
                     .xShmMap = &pass<&sqlite3_io_methods::xShmMap>,
                     .xShmLock = &pass<&sqlite3_io_methods::xShmLock>,
                     .xShmBarrier = &barrier,
                     .xShmUnmap = &pass<&sqlite3_io_methods::xShmUnmap>,
                     .xFetch = &pass<&sqlite3_io_methods::xFetch>,
                     .xUnfetch = &pass<&sqlite3_io_methods::xUnfetch>};
    file->base.pMethods = &file->methods;
    return status;
  }

  // The function of the real file with the same arguments.
  template <auto kMethod, class... Arguments>
  static int pass(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*kMethod)(real(file), arguments...);
  }
  static void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }

  static int close(sqlite3_file* memory) {
    const int status = real(memory)->pMethods->xClose(real(memory));
    reinterpret_cast<File*>(memory)->~File();
    return status;
  }

  static int sync(sqlite3_file* memory, int flags) {
    const int status = real(memory)->pMethods->xSync(real(memory), flags);
    const auto& path = reinterpret_cast<File*>(memory)->path;
    if (!path.empty()) {
      const std::scoped_lock lock(mutex());
      std::filesystem::copy_file(path, path + ".disk", std::filesystem::copy_options::overwrite_existing);
    }
    return status;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

}  // namespace plumbline::reconciler::test
