#include "daemon/source_fetch.h"

#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "daemon/last_commit.h"
#include "manifests/git_fetch.h"
#include "manifests/verify.h"

namespace plumbline::daemon {
namespace {

// The secret as a request of the fetch wants it; none is an empty one.
Result<Secret> resolve_optional(const ValueReference& reference, const Environment& environment) {
  if (!reference.given()) return Secret();
  return resolve(reference, environment);
}

Result<Secret> resolve_optional_lines(const ValueReference& reference, const Environment& environment) {
  if (!reference.given()) return Secret();
  return resolve_lines(reference, environment);
}

Result<manifests::FetchRequest> request_for(const SourceConfig& source, const std::string& mirrors,
                                            const Environment& environment) {
  auto username = resolve_optional(source.username, environment);
  if (!username) return std::unexpected(std::move(username.error()));
  auto password = resolve_optional(source.password, environment);
  if (!password) return std::unexpected(std::move(password.error()));
  auto ssh_key = resolve_optional_lines(source.ssh_key, environment);
  if (!ssh_key) return std::unexpected(std::move(ssh_key.error()));
  auto known_hosts = resolve_optional_lines(source.known_hosts, environment);
  if (!known_hosts) return std::unexpected(std::move(known_hosts.error()));
  manifests::FetchRequest request;
  request.url = source.repository;
  request.ref = full_name(source.reference);
  request.mirror = mirror_of(source, mirrors);
  request.username = username->reveal();
  request.password = std::move(*password);
  request.ssh_key = std::move(*ssh_key);
  request.known_hosts = known_hosts->reveal();
  request.ca_file = environment.get("SSL_CERT_FILE").value_or("");
  return request;
}

// Who signed the commit; empty where nobody has to.
Result<std::string> signer_of(const SourceConfig& source, const std::string& mirror, const std::string& commit) {
  if (source.verify_keys.empty()) return std::string();
  const auto keys = manifests::read_trusted_keys(source.verify_keys);
  if (!keys) return fail("commit " + commit + " is not verified: " + keys.error().message);
  auto signer = manifests::verify_commit(mirror, commit, *keys);
  if (signer) return signer;
  return fail(signer.error().message + "; sign it with a key of " + source.verify_keys +
              ", or put its signer's public key there if that is to be trusted");
}

}  // namespace

std::string mirror_of(const SourceConfig& source, const std::string& mirrors) {
  return mirrors + "/" + truncated(sha256_hex(source.repository)) + ".git";
}

Result<SourceCommit, FetchProblem> fetch_source(const SourceConfig& source, const std::string& mirrors,
                                                const Environment& environment, Mirror mirror) {
  if (source.reference.kind == GitReference::Kind::folder) return SourceCommit();
  const auto problem = [](FetchProblem::Kind kind, Error& error) {
    return std::unexpected(FetchProblem{kind, std::move(error.message)});
  };
  auto request = request_for(source, mirrors, environment);
  if (!request) return problem(FetchProblem::Kind::fetch, request.error());
  request->rebuild = mirror == Mirror::rebuild;
  auto fetched = manifests::fetch(*request);
  if (!fetched) return problem(FetchProblem::Kind::fetch, fetched.error());
  auto signer = signer_of(source, request->mirror, fetched->commit);
  if (!signer) return problem(FetchProblem::Kind::verification, signer.error());
  return SourceCommit{
      .id = std::move(fetched->commit), .label = std::move(fetched->label), .signer = std::move(*signer)};
}

Result<SourceCommit, FetchProblem> recall_source(const SourceConfig& source, const std::string& mirrors) {
  auto commit = remembered_commit(source, mirrors);
  if (!commit) return std::unexpected(FetchProblem{.message = "no commit is remembered"});
  auto signer = signer_of(source, mirror_of(source, mirrors), commit->id);
  if (!signer) return std::unexpected(FetchProblem{FetchProblem::Kind::verification, signer.error().message});
  commit->signer = std::move(*signer);
  return *std::move(commit);
}

}  // namespace plumbline::daemon
