#include "reconciler/observe/absence.h"

#include "api/reaction.h"

namespace plumbline::reconciler {

Awaitable<api::Result<bool>> is_absent(api::Account account, std::string worker) {
  const auto settings = co_await api::get_settings(account, std::move(worker));
  if (settings) co_return false;
  if (api::is_gone(*api::OperationRef("get_settings"), settings.error())) co_return true;
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
  return own_error(api::ErrorKind::server, "the list of Workers does not show it, but a read by its name finds it");
}

}  // namespace plumbline::reconciler
