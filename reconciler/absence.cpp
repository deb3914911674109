#include "reconciler/absence.h"

namespace plumbline::reconciler {

bool says_no_such_worker(const api::Error& error) {
  // 10007 and, of the older twins of the endpoints, 10090. Other 404s come from a wrong path or account, or from a
  // proxy.
  return error.kind == api::ErrorKind::not_found && (error.code == 10007 || error.code == 10090);
}

Awaitable<api::Result<bool>> is_absent(api::Account account, std::string worker) {
  const auto settings = co_await api::get_settings(account, std::move(worker));
  if (settings) co_return false;
  if (says_no_such_worker(settings.error())) co_return true;
  co_return std::unexpected(settings.error());
}

Awaitable<api::Result<std::set<std::string>>> names_in_beta_list(api::Account account) {
  const auto workers = co_await api::list_beta_workers(account, api::Purpose::proof);
  if (!workers) co_return std::unexpected(workers.error());
  std::set<std::string> names;
  for (const auto& worker : *workers) names.emplace(string_member(worker, "name"));
  co_return names;
}

api::Error not_in_the_list() {
  api::Error error;
  error.kind = api::ErrorKind::server;
  error.message = "the list of Workers does not show it, and a read by its name does";
  return error;
}

}  // namespace plumbline::reconciler
