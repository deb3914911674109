#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation_table.h"
#include "base/json.h"
#include "manifests/worker.h"

namespace plumbline::reconciler {

/// One call of the Workers API that an apply makes: a row of the endpoint table and what fills it. A preview prints the
/// very list that an apply runs, and the path that is printed is the path that is sent.
struct PlannedCall {
  api::OperationRef operation = "upload_script";
  api::Parameters parameters{};  ///< of the path, but for the account's id
  std::string why{};             ///< one phrase
  /// As on the wire: JSON, or the part of a form that is JSON; but for the values of `secrets`. Null: none, or (of
  /// `create_assets_session`) made when it is sent.
  Json body{};
  std::vector<manifests::ModuleFile> modules{};  ///< of an upload; the script of a zone
  /// Secrets whose values are put into the body's bindings as secret_text right before it is sent.
  std::vector<std::string> secrets{};
  /// What the thing has to be when it is read again right before the call: who holds a consumer or a workflow (empty:
  /// there is no such workflow), the pattern of a filter. Nothing: it is not read again.
  std::optional<std::string> expected{};

  [[nodiscard]] bool is(api::OperationRef other) const { return operation == other; }

  /// Empty if there is none of that name.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;

  /// The session that asks which assets are missing stands for the uploads of those as well.
  [[nodiscard]] bool has_uploads() const { return is("create_assets_session"); }

  /// `/accounts/{account_id}/workers/scripts/checkout`; with the account's id unless it is empty.
  [[nodiscard]] std::string path(std::string_view account = {}) const;

  /// The same with the query that is sent: `…/checkout?bindings_inherit=strict`.
  [[nodiscard]] std::string target(std::string_view account = {}) const;
};

/// The first call of that operation; nullptr if there is none.
const PlannedCall* find_call(const std::vector<PlannedCall>& calls, api::OperationRef operation);

}  // namespace plumbline::reconciler
