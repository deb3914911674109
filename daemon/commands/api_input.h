#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"

/// The files that `plumbline api` reads and writes.
namespace plumbline::daemon {

/// The bytes of a regular file, or of standard input if `file` is `-`; at most a little more than a Worker's code may
/// have.
Result<std::string> read_input(const std::string& file);

/// A file that only its owner may read, made by create() so that a path that cannot be written is told before the call
/// whose answer it is for. One that exists is never overwritten.
class NewSecretFile {
 public:
  static Result<NewSecretFile> create(std::string path);
  ~NewSecretFile();
  NewSecretFile(NewSecretFile&&) noexcept = default;
  NewSecretFile& operator=(NewSecretFile&&) = delete;
  NewSecretFile(const NewSecretFile&) = delete;
  NewSecretFile& operator=(const NewSecretFile&) = delete;

  /// Keeps the file. Without it, the file is gone with this object.
  Result<void> write(std::string_view bytes);

 private:
  NewSecretFile(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
  bool written_ = false;
};

}  // namespace plumbline::daemon
