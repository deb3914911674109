#include "simulator/answer.h"

#include <fmt/format.h>

namespace plumbline::simulator {
namespace {

std::string info_text(const PageInfo& info) {
  const auto pages = info.per_page == 0 ? 1 : (info.total + info.per_page - 1) / info.per_page;
  return fmt::format(R"({{"page":{},"per_page":{},"count":{},"total_count":{},"total_pages":{}}})", info.page,
                     info.per_page, info.count, info.total, pages);
}

}  // namespace

Answer json_answer(std::string body, int status) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

std::unexpected<Refusal> refuse(int status, int code, std::string message) {
  return std::unexpected(Refusal{status, {ApiError{code, std::move(message)}}});
}

Answer success_text(std::string_view result) {
  std::string body = R"({"success":true,"errors":[],"messages":[],"result":)";
  body.reserve(body.size() + result.size() + 1);
  body += result;
  body += '}';
  return json_answer(std::move(body));
}

Answer success(const Json& result, int status) {
  auto answer = success_text(to_text(result));
  answer.status = status;
  return answer;
}

Answer success(const Json& result, const PageInfo& info) {
  return json_answer(fmt::format(R"({{"success":true,"errors":[],"messages":[],"result":{},"result_info":{}}})",
                                 to_text(result), info_text(info)));
}

Answer success_with_nulls(const Json& result, const PageInfo& info) {
  return json_answer(fmt::format(R"({{"success":true,"errors":null,"messages":null,"result":{},"result_info":{}}})",
                                 to_text(result), info_text(info)));
}

Answer success_with_message(const Json& result, const ApiError& message) {
  return json_answer(
      to_text(JsonObject{{"success", true},
                         {"errors", JsonArray()},
                         {"messages", JsonArray{JsonObject{{"code", message.code}, {"message", message.message}}}},
                         {"result", result}}));
}

Answer to_answer(const Refusal& refusal) {
  JsonArray errors;
  for (const auto& error : refusal.errors) {
    errors.push_back(JsonObject{{"code", error.code}, {"message", error.message}});
  }
  return json_answer(
      to_text(JsonObject{
          {"success", false}, {"errors", std::move(errors)}, {"messages", JsonArray()}, {"result", nullptr}}),
      refusal.status);
}

}  // namespace plumbline::simulator
