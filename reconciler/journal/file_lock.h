#pragma once

#include <string>

#include "base/descriptor.h"

namespace plumbline::reconciler {

/// A lock file that names its holder for processes that do not get the lock: `<pid> <time> <host>`. The name is true
/// only while the lock is held, and the kernel alone decides that. The file stays when the lock is given up.
class FileLock {
 public:
  FileLock() = default;
  /// Does not wait.
  explicit FileLock(const std::string& path);

  [[nodiscard]] bool held() const { return file_.valid(); }
  /// Who holds the lock instead; empty if nobody does, and it could not be taken for another reason.
  [[nodiscard]] const std::string& holder() const { return holder_; }

 private:
  void sign() const;
  [[nodiscard]] std::string read_holder() const;

  Descriptor file_;
  std::string holder_;
};

}  // namespace plumbline::reconciler
