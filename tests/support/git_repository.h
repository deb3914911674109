#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::testing {

/// A work tree and the bare repository that it is pushed to, made with the git command. Neither the machine's nor the
/// user's configuration of git counts.
class GitRepository {
 public:
  /// Makes `folder`/work and `folder`/remote.git, both on the branch main, without a commit.
  explicit GitRepository(std::filesystem::path folder);

  [[nodiscard]] std::filesystem::path work_tree() const { return folder_ / "work"; }
  [[nodiscard]] std::filesystem::path remote() const { return folder_ / "remote.git"; }
  [[nodiscard]] std::string url() const { return "file://" + remote().string(); }

  void write(const std::filesystem::path& file, std::string_view bytes) const;
  void remove(const std::filesystem::path& file) const;
  void copy_from(const std::filesystem::path& folder) const;

  /// Everything in the work tree, pushed to main. Gives the commit's 40 hex digits.
  std::string commit(const std::string& message) const;

  /// The same with the last commit replaced: the remote's history is rewritten.
  std::string rewrite_last_commit(const std::string& message) const;

  void tag(const std::string& name) const;

  /// Runs git in the work tree and gives what it prints, without the newline at the end. Throws std::runtime_error if
  /// it fails.
  std::string git(std::vector<std::string> arguments) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace plumbline::testing
