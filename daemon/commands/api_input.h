#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"

/// The files that `plumbline api` reads and writes.
namespace plumbline::daemon {

/// The bytes of a regular file, or of standard input if `file` is `-`. An error if there are more than a little above
/// the size that a Worker's code may have. Blocks.
Result<std::string> read_input(const std::string& file);

/// A new file that only its owner may read. create() makes it before the call whose answer it is for, so that a path
/// which cannot be written is reported before the call. An existing file is never overwritten.
class NewSecretFile {
 public:
  static Result<NewSecretFile> create(std::string path);
  ~NewSecretFile();
  NewSecretFile(NewSecretFile&&) noexcept = default;
  NewSecretFile& operator=(NewSecretFile&&) = delete;
  NewSecretFile(const NewSecretFile&) = delete;
  NewSecretFile& operator=(const NewSecretFile&) = delete;

  /// Writes and keeps the file. Otherwise the destructor deletes it.
  Result<void> write(std::string_view bytes);

 private:
  NewSecretFile(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
  bool written_ = false;
};

}  // namespace plumbline::daemon
