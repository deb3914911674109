#include "api/operations.h"

#include <algorithm>

#include "api/operation_table.h"
#include "net/http.h"

namespace plumbline::api {

std::string_view to_string(BodyKind kind) {
  switch (kind) {
    case BodyKind::none:
      return "none";
    case BodyKind::json:
      return "JSON";
    case BodyKind::merge_patch:
      return "JSON merge patch";
    case BodyKind::code_form:
    case BodyKind::settings_form:
    case BodyKind::files_form:
      return "multipart";
    case BodyKind::script:
      return "script";
  }
  return "unknown";
}

std::string_view to_string(AnswerShape shape) {
  switch (shape) {
    case AnswerShape::object:
      return "object";
    case AnswerShape::list:
      return "list";
    case AnswerShape::pages:
      return "list in pages";
    case AnswerShape::inner_list:
      return "list in an object";
    case AnswerShape::nothing:
      return "nothing";
    case AnswerShape::raw:
      return "code";
  }
  return "unknown";
}

std::string_view content_type_of(BodyKind kind) {
  switch (kind) {
    case BodyKind::json:
      return "application/json";
    case BodyKind::merge_patch:
      return "application/merge-patch+json";
    case BodyKind::script:
      return "application/javascript";
    default:
      return "";
  }
}

std::vector<int> Statuses::all() const {
  if (values_[1] == 0) return {values_[0]};
  return {values_[0], values_[1]};
}

std::vector<std::string_view> path_parameters(const Operation& operation) {
  std::vector<std::string_view> names;
  std::string_view rest = operation.path;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    names.push_back(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
  return names;
}

const std::string* find_parameter(const Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  return found == parameters.end() ? nullptr : &found->second;
}

std::string target_of(const Operation& operation, const Parameters& parameters, const Parameters& query) {
  std::string target;
  std::string_view rest = operation.path;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    const auto* value = find_parameter(parameters, rest.substr(open + 1, close - open - 1));
    target += rest.substr(0, open);
    target += value != nullptr ? net::percent_encode(*value) : rest.substr(open, close + 1 - open);
    rest.remove_prefix(close + 1);
  }
  target += rest;
  char separator = '?';
  for (const auto& [name, value] : query) {
    target += separator + net::percent_encode(name) + '=' + net::percent_encode(value);
    separator = '&';
  }
  return target;
}

Parameters query_of(const Operation& operation) {
  Parameters query;
  for (const auto& [name, value] : operation.query) {
    if (!name.empty()) query.emplace_back(name, value);
  }
  return query;
}

std::span<const Operation> operations() {
  return table::kOperations;
}

const Operation* find_operation(std::string_view name) {
  const auto* const found = std::ranges::find(table::kOperations, name, &Operation::name);
  return found == table::kOperations.end() ? nullptr : found;
}

}  // namespace plumbline::api
