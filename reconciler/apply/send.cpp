#include "reconciler/apply/send.h"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/reaction.h"
#include "net/run_on.h"
#include "reconciler/apply/secret_values.h"

namespace plumbline::reconciler {
namespace {

// As reported, a Worker may take some seconds to be known everywhere.
constexpr int kLagAttempts = 6;
constexpr std::chrono::milliseconds kFirstLag{250};

plumbline::Result<std::vector<api::Module>> read_modules(const manifests::SourceTree& tree,
                                                         const std::vector<manifests::ModuleFile>& files) {
  std::vector<api::Module> modules;
  for (const auto& file : files) {
    auto bytes = manifests::read_module(tree, file);
    if (!bytes) return std::unexpected(bytes.error());
    modules.push_back({file.name, file.content_type, std::move(*bytes)});
  }
  return modules;
}

}  // namespace

Intent intent_of(const Scope& scope, std::string subject, const PlannedCall& call) {
  return {scope.account.id,
          std::move(subject),
          fmt::format("{} {}", call.operation->method, call.target()),
          scope.reconcile_id,
          std::chrono::system_clock::now(),
          call.is("delete_script")};
}

Outcome outcome_of(const api::Error& error) {
  const bool unknown = api::is_unresolved(error) || api::reaction(error) == api::Reaction::end;
  return unknown ? Outcome::unknown : Outcome::failed;
}

Awaitable<api::Result<PreparedCall>> prepare_call(const Scope* scope,
                                                  std::shared_ptr<const manifests::DesiredState> desired,
                                                  const Target* target, const PlannedCall* call) {
  PreparedCall prepared{{call->body, {}}, {}};
  if (!call->modules.empty()) {
    auto modules = co_await net::run_on(
        scope->pool, [tree = desired->tree, files = &call->modules] { return read_modules(*tree, *files); });
    // A folder that changed under the plan: what was planned is not there any more.
    if (!modules) co_return std::unexpected(own_error(api::ErrorKind::stale_source, modules.error().message));
    prepared.payload.modules = std::move(*modules);
  }
  if (!call->secrets.empty()) {
    auto values = co_await net::run_on(
        scope->pool, [target, names = &call->secrets, stores = scope->stores, key = scope->fingerprint_key] {
          return read_secret_values(*target, *names, *stores, *key);
        });
    if (!values) co_return std::unexpected(own_error(api::ErrorKind::stale_source, values.error().message));
    auto& bindings = prepared.payload.document.get_object()["bindings"].get_array();
    for (const auto& [name, value] : *values) {
      bindings.push_back({{"name", name}, {"type", "secret_text"}, {"text", value.reveal()}});
    }
  }
  co_return prepared;
}

Awaitable<api::Result<JsonObject>> send_call(const api::Account& account, const PlannedCall* call,
                                             PreparedCall prepared) {
  return api::write(account, call->operation, call->parameters, std::move(prepared.payload), prepared.begin_by);
}

Awaitable<api::Result<JsonObject>> send_over_lag(api::Account account, const PlannedCall* call, PreparedCall prepared) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  auto answer = co_await send_call(account, call, std::move(prepared));
  auto pause = kFirstLag;
  for (int attempt = 1;
       !answer && attempt < kLagAttempts && api::may_have_come_too_soon(*call->operation, answer.error()); ++attempt) {
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    pause *= 2;
    answer = co_await send_call(account, call, {{call->body, {}}, {}});
  }
  co_return answer;
}

}  // namespace plumbline::reconciler
