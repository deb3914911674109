#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumbline::manifests {

/// What loads have found in texts, in one file on disk, for the next process. It only saves time: whatever is wrong
/// with the file, it is as if there was none. Several processes may use the same file: it is replaced as a whole, and
/// what one of them adds may be lost to the other. Blocks; for the pool.
class ParseStore {
 public:
  /// `file` lies in a folder of its own, which is made if it is missing. `program` names this build: what another one
  /// has written is not used. Nothing is read yet.
  ParseStore(std::string file, std::string program);
  ~ParseStore();
  ParseStore(const ParseStore&) = delete;
  ParseStore& operator=(const ParseStore&) = delete;

  /// What is kept under a key; empty: nothing. Valid until end_load(). The first call reads the file, which has to be
  /// ours alone and as we wrote it.
  std::string_view find(std::string_view key);

  /// Keeps something, which is not empty, for the next process.
  void keep(std::string_view key, std::string value);

  /// Writes the file if a good part of it is new, and drops what is in memory of it: this process remembers what it has
  /// parsed. What no load has used for long goes. The error says why the file cannot be written.
  Result<void> end_load();

  /// The days since 1970, of which the file notes when something was used; for tests.
  void set_day(std::uint32_t day) { day_ = day; }

 private:
  struct Content;
  using Key = std::string;  // the sha256 of what the caller calls so

  const Content& content();
  [[nodiscard]] Result<void> write() const;
  [[nodiscard]] Result<void> write(std::string_view bytes) const;

  std::string file_;
  std::string program_;
  std::unique_ptr<Content> content_;  // null: not read
  std::map<Key, std::string> added_;
  std::uint32_t day_;
  bool is_first_load_ = true;
};

}  // namespace plumbline::manifests
