#pragma once

#include <git2.h>

#include <optional>
#include <string>

#include "manifests/sources/git/git_fetch.h"
#include "manifests/sources/git/git_known_hosts.h"

namespace plumbline::manifests {

/// Answers libgit2's callbacks during one fetch: which credentials to use, whether a host is the right one, whether to
/// go on receiving.
class FetchCallbacks {
 public:
  /// Both arguments must outlive it.
  FetchCallbacks(const FetchRequest& request, const RemoteAddress& remote);

  /// The callbacks as libgit2 takes them. They point at this object.
  git_remote_callbacks table();

  /// Why one of our answers ended the fetch. libgit2 keeps no message for an error of a callback.
  [[nodiscard]] const std::optional<std::string>& refusal() const { return refusal_; }

 private:
  int give_credentials(git_credential** out, unsigned allowed);
  int give_password(git_credential** out, unsigned allowed);
  int give_ssh_key(git_credential** out, unsigned allowed);
  int check_certificate(const git_cert& certificate, bool is_valid);
  int check_progress(const git_indexer_progress& progress);
  int refuse(std::string why);
  [[nodiscard]] std::string user() const;

  const FetchRequest& request_;
  const RemoteAddress& remote_;
  HostKeys host_keys_;
  int credentials_given_ = 0;
  std::optional<std::string> refusal_;
};

}  // namespace plumbline::manifests
