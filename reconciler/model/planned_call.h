#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation_table.h"
#include "base/json.h"
#include "manifests/worker.h"

namespace plumbline::reconciler {

/// One call of the Workers API that an apply makes: a row of the endpoint table, and the values for it. A preview
/// prints the same list that an apply runs, and the path that is printed is the path that is sent.
struct PlannedCall {
  api::OperationRef operation = "upload_script";
  api::Parameters parameters{};  ///< of the path, without the account's id
  std::string why{};             ///< one phrase
  /// The JSON body as it is sent, or the JSON part of a form, without the values of `secrets`. Null: there is none, or
  /// (for `create_assets_session`) it is made when the call is sent.
  Json body{};
  std::vector<manifests::ModuleFile> modules{};  ///< for an upload; or the script of a zone
  /// Secrets whose values are added to the body's bindings as secret_text right before the call is sent.
  std::vector<std::string> secrets{};
  /// What a read right before the call must find: the holder of a consumer or workflow (empty: there is no such
  /// workflow), or the pattern of a filter. Nothing: there is no such read.
  std::optional<std::string> expected{};

  [[nodiscard]] bool is(api::OperationRef other) const { return operation == other; }

  /// The value of a parameter; empty if there is none with that name.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;

  /// Whether uploads belong to the call: the session that asks which assets are missing stands for their uploads as
  /// well.
  [[nodiscard]] bool has_uploads() const { return is("create_assets_session"); }

  /// `/accounts/{account_id}/workers/scripts/checkout`; the account's id is filled in unless `account` is empty.
  [[nodiscard]] std::string path(std::string_view account = {}) const;

  /// The same with the query that is sent: `…/checkout?bindings_inherit=strict`.
  [[nodiscard]] std::string target(std::string_view account = {}) const;
};

/// The first call of that operation; nullptr if there is none. Points into `calls`.
const PlannedCall* find_call(const std::vector<PlannedCall>& calls, api::OperationRef operation);

}  // namespace plumbline::reconciler
