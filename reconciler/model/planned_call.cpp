#include "reconciler/model/planned_call.h"

#include <algorithm>

namespace plumbline::reconciler {
namespace {

api::Parameters with_account(const PlannedCall& call, std::string_view account) {
  auto parameters = call.parameters;
  if (!account.empty()) parameters.emplace_back("account_id", account);
  return parameters;
}

}  // namespace

std::string_view PlannedCall::parameter(std::string_view name) const {
  const auto* value = api::find_parameter(parameters, name);
  return value == nullptr ? std::string_view() : *value;
}

std::string PlannedCall::path(std::string_view account) const {
  return api::target_of(*operation, with_account(*this, account));
}

std::string PlannedCall::target(std::string_view account) const {
  return api::target_of(*operation, with_account(*this, account), api::query_of(*operation));
}

const PlannedCall* find_call(const std::vector<PlannedCall>& calls, api::OperationRef operation) {
  const auto found = std::ranges::find(calls, operation, &PlannedCall::operation);
  return found == calls.end() ? nullptr : &*found;
}

}  // namespace plumbline::reconciler
