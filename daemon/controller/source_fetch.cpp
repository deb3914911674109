#include "daemon/controller/source_fetch.h"

#include <memory>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "daemon/config/proxy.h"
#include "daemon/controller/last_commit.h"
#include "manifests/sources/git/git_fetch.h"
#include "manifests/sources/git/verify.h"
#include "net/run_on.h"

namespace plumbline::daemon {
namespace {

// The secret for a fetch request; empty if none is configured.
Result<Secret> resolve_optional(const ValueReference& reference, const Environment& environment) {
  if (!reference.given()) return Secret();
  return resolve(reference, environment);
}

Result<Secret> resolve_optional_lines(const ValueReference& reference, const Environment& environment) {
  if (!reference.given()) return Secret();
  return resolve_lines(reference, environment);
}

// The proxy for this repository. It is the proxy of the API's calls, and serves https only.
Result<manifests::FetchProxy> proxy_to(const std::string& repository, const Environment& environment) {
  const auto remote = manifests::check_remote(repository);
  if (!remote || !remote->url.starts_with("https://")) return manifests::FetchProxy();
  const auto proxy = proxy_from(environment);
  if (!proxy) return std::unexpected(proxy.error());
  if (*proxy == nullptr || !(*proxy)->serves(remote->host)) return manifests::FetchProxy();
  return manifests::FetchProxy{(*proxy)->host, (*proxy)->port, (*proxy)->credentials.copy()};
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
  auto proxy = proxy_to(source.repository, environment);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  manifests::FetchRequest request;
  request.url = source.repository;
  request.ref = full_name(source.reference);
  request.mirror = mirror_of(source, mirrors);
  request.username = username->reveal();
  request.password = std::move(*password);
  request.ssh_key = std::move(*ssh_key);
  request.known_hosts = known_hosts->reveal();
  request.ca_file = environment.get("SSL_CERT_FILE").value_or("");
  request.proxy = *std::move(proxy);
  return request;
}

std::unexpected<FetchProblem> problem(FetchProblem::Kind kind, Error& error) {
  return std::unexpected(FetchProblem{kind, std::move(error.message)});
}

// A fetch: the command to run, and the request that it is for.
struct Fetch {
  manifests::FetchRequest request;
  ChildCommand command;
};

Result<Fetch> prepare_fetch(const SourceConfig& source, const FetchContext& context, Mirror mirror,
                            std::string in_force) {
  auto request = request_for(source, context.mirrors, *context.environment);
  if (!request) return std::unexpected(std::move(request.error()));
  request->rebuild = mirror == Mirror::rebuild;
  request->source = source.name;
  request->in_force = std::move(in_force);
  auto command = manifests::fetch_command(*request);
  if (!command) return std::unexpected(std::move(command.error()));
  return Fetch{std::move(*request), std::move(*command)};
}

using Clock = std::chrono::steady_clock;

// A signature to check, or the signer if that is known.
struct Check {
  std::unique_ptr<manifests::SignatureCheck> check;
  std::optional<std::string> known;
  std::string keys;  // their digest
};

Result<Check> begin_check(const SourceConfig& source, const std::string& mirrors, const std::string& commit,
                          const KnownSigner* known) {
  auto keys = manifests::read_trusted_keys(source.verify_keys);
  if (!keys) return fail("commit " + commit + " is not verified: " + keys.error().message);
  Check begun{.check = nullptr, .known = {}, .keys = sha256_hex(sha256(keys->keyring) + sha256(keys->allowed_signers))};
  if (known != nullptr) begun.known = known->of(commit, begun.keys, Clock::now());
  if (begun.known) return begun;
  begun.check = std::make_unique<manifests::SignatureCheck>(mirror_of(source, mirrors), commit, std::move(*keys));
  return begun;
}

// Who signed the commit; empty if no signature is needed.
net::Awaitable<Result<std::string>> signer_of(const SourceConfig* source, FetchContext context, std::string commit,
                                              KnownSigner* known) {
  if (source->verify_keys.empty()) co_return std::string();
  auto begun = co_await net::run_on(context.pool, [source, mirrors = context.mirrors, commit, known] {
    return begin_check(*source, mirrors, commit, known);
  });
  if (!begun) co_return std::unexpected(std::move(begun.error()));
  if (begun->known) co_return *std::move(begun->known);
  const auto& check = begun->check;
  while (auto command = check->next()) check->ended(co_await context.children->run(std::move(*command)));
  auto signer = check->verdict();
  if (signer && known != nullptr) known->keep(std::move(commit), std::move(begun->keys), *signer, Clock::now());
  if (signer) co_return signer;
  co_return fail(signer.error().message + "; sign it with a key of " + source->verify_keys +
                 ". If you trust its signer, put the signer's public key there");
}

}  // namespace

std::optional<std::string> KnownSigner::of(const std::string& commit, const std::string& keys, Instant now) const {
  constexpr std::chrono::minutes kCheckAgain{10};
  if (commit_.empty() || commit != commit_ || keys != keys_ || now - checked_ >= kCheckAgain) return std::nullopt;
  return signer_;
}

void KnownSigner::keep(std::string commit, std::string keys, std::string signer, Instant now) {
  commit_ = std::move(commit);
  keys_ = std::move(keys);
  signer_ = std::move(signer);
  checked_ = now;
}

std::string mirror_of(const SourceConfig& source, const std::string& mirrors) {
  return mirrors + "/" + truncated(sha256_hex(source.repository)) + ".git";
}

net::Awaitable<Result<SourceCommit, FetchProblem>> fetch_source(const SourceConfig* source, FetchContext context,
                                                                Mirror mirror, std::string in_force,
                                                                KnownSigner* known) {
  if (source->reference.kind == GitReference::Kind::folder) co_return SourceCommit();
  auto fetch = co_await net::run_on(
      context.pool, [source, context, mirror, in_force] { return prepare_fetch(*source, context, mirror, in_force); });
  if (!fetch) co_return problem(FetchProblem::Kind::fetch, fetch.error());
  const auto end = co_await context.children->run(std::move(fetch->command));
  auto fetched = manifests::fetched_by(fetch->request, end);
  if (!fetched) co_return problem(FetchProblem::Kind::fetch, fetched.error());
  auto signer = co_await signer_of(source, std::move(context), fetched->commit, known);
  if (!signer) co_return problem(FetchProblem::Kind::verification, signer.error());
  co_return SourceCommit{.id = std::move(fetched->commit),
                         .label = std::move(fetched->label),
                         .signer = std::move(*signer),
                         .mirror_problem = std::move(fetched->warning)};
}

net::Awaitable<Result<SourceCommit, FetchProblem>> recall_source(const SourceConfig* source, FetchContext context) {
  auto commit = co_await net::run_on(
      context.pool, [source, mirrors = context.mirrors] { return remembered_commit(*source, mirrors); });
  if (!commit) co_return std::unexpected(FetchProblem{.message = "no commit is remembered"});
  auto signer = co_await signer_of(source, std::move(context), commit->id, nullptr);
  if (!signer) co_return problem(FetchProblem::Kind::verification, signer.error());
  commit->signer = std::move(*signer);
  co_return *std::move(commit);
}

}  // namespace plumbline::daemon
