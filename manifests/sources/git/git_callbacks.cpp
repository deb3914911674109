#include "manifests/sources/git/git_callbacks.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

// The default user: every forge uses this name.
constexpr std::string_view kSshUser = "git";

FetchCallbacks& callbacks_of(void* payload) {
  return *static_cast<FetchCallbacks*>(payload);
}

}  // namespace

FetchCallbacks::FetchCallbacks(const FetchRequest& request, const RemoteAddress& remote)
    : request_(request),
      remote_(remote),
      host_keys_(remote.is_ssh ? keys_of_host(request.known_hosts, remote.host, remote.port) : HostKeys()) {}

git_remote_callbacks FetchCallbacks::table() {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.payload = this;
  callbacks.credentials = [](git_credential** out, const char*, const char*, unsigned allowed, void* payload) {
    return callbacks_of(payload).give_credentials(out, allowed);
  };
  callbacks.certificate_check = [](git_cert* certificate, int is_valid, const char*, void* payload) {
    return callbacks_of(payload).check_certificate(*certificate, is_valid != 0);
  };
  callbacks.transfer_progress = [](const git_indexer_progress* progress, void* payload) {
    return callbacks_of(payload).check_progress(*progress);
  };
  return callbacks;
}

int FetchCallbacks::refuse(std::string why) {
  refusal_ = std::move(why);
  return GIT_EUSER;
}

std::string FetchCallbacks::user() const {
  if (!remote_.user.empty()) return remote_.user;
  return request_.username.empty() ? std::string(kSshUser) : request_.username;
}

int FetchCallbacks::give_credentials(git_credential** out, unsigned allowed) {
  if (remote_.is_ssh && allowed == GIT_CREDENTIAL_USERNAME) return git_credential_username_new(out, user().c_str());
  // libgit2 asks again without end if it gets the same answer.
  if (credentials_given_++ > 0) {
    return refuse(remote_.is_ssh ? fmt::format("the ssh key was refused for the user \"{}\"", user())
                                 : "the user and password were refused");
  }
  return remote_.is_ssh ? give_ssh_key(out, allowed) : give_password(out, allowed);
}

int FetchCallbacks::give_password(git_credential** out, unsigned allowed) {
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0) {
    return refuse("it asks for credentials other than a user and password");
  }
  if (request_.username.empty() && request_.password.empty()) {
    return refuse("it asks for a user and password, or does not exist");
  }
  std::string password(request_.password.reveal());
  const int made = git_credential_userpass_plaintext_new(out, request_.username.c_str(), password.c_str());
  wipe(password);
  return made;
}

int FetchCallbacks::give_ssh_key(git_credential** out, unsigned allowed) {
  if ((allowed & GIT_CREDENTIAL_SSH_MEMORY) == 0) return refuse("it does not accept ssh keys");
  std::string key(request_.ssh_key.reveal());
  const int made = git_credential_ssh_key_memory_new(out, user().c_str(), nullptr, key.c_str(), nullptr);
  wipe(key);
  return made;
}

int FetchCallbacks::check_certificate(const git_cert& certificate, bool is_valid) {
  // Any value above 0 accepts as 0 does, whatever git2/cert.h says (libgit2 1.5).
  if (certificate.cert_type != GIT_CERT_HOSTKEY_LIBSSH2) return is_valid ? 0 : GIT_ECERTIFICATE;
  const auto& shown = reinterpret_cast<const git_cert_hostkey&>(certificate);
  if ((shown.type & GIT_CERT_SSH_RAW) == 0) {
    refusal_ = "the server sends no host key";
    return GIT_ECERTIFICATE;
  }
  const auto checked = check_host_key(host_keys_, std::string_view(shown.hostkey, shown.hostkey_len));
  if (checked) return 0;
  refusal_ = checked.error().message;
  return GIT_ECERTIFICATE;
}

int FetchCallbacks::check_progress(const git_indexer_progress& progress) {
  if (progress.received_bytes <= request_.max_bytes) return 0;
  return refuse(fmt::format("it sends more than {}", human_bytes(request_.max_bytes)));
}

}  // namespace plumbline::manifests
