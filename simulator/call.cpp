#include "simulator/call.h"

#include <algorithm>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

Try<std::size_t> number_of(const Call& call, std::string_view name, std::size_t otherwise) {
  const auto text = call.query(name);
  if (!text) return otherwise;
  const auto number = whole_number<std::size_t>(*text);
  if (!number || *number == 0) return refuse(400, 10006, "workers.api.error.malformed_param");
  return *number;
}

}  // namespace

Try<Json> Call::json_body() const {
  auto json = parse_json(request.body);
  if (!json) return refuse(400, 10026, "The request body could not be parsed: " + json.error().message);
  return std::move(*json);
}

Try<JsonObject> Call::json_object() const {
  auto json = json_body();
  if (!json) return std::unexpected(json.error());
  if (!json->is_object()) return refuse(400, 10026, "The request body is not a JSON object.");
  return std::move(json->get_object());
}

Try<bool> flag_of(const Call& call, std::string_view name) {
  const auto text = call.query(name).value_or("false");
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return refuse(400, 10006, "workers.api.error.malformed_param");
}

std::string Call::source() const {
  const auto agent = to_lower(request.headers.get("user-agent"));
  if (agent.starts_with("wrangler/")) return "wrangler";
  if (agent.find("terraform") != std::string::npos) return "terraform";
  return "api";
}

std::string Call::author() const {
  const auto email = request.headers.get("x-auth-email");
  return email.empty() ? "user@example.com" : std::string(email);
}

std::pair<std::size_t, std::size_t> Page::bounds(std::size_t total) const {
  const auto begin = number - 1 > total / size ? total : std::min(total, (number - 1) * size);
  return {begin, std::min(total, begin + size)};
}

Try<Page> page_of(const Call& call, std::size_t default_size, std::size_t most) {
  const auto number = number_of(call, "page", 1);
  if (!number) return std::unexpected(number.error());
  const auto size = number_of(call, "per_page", default_size);
  if (!size) return std::unexpected(size.error());
  return Page{*number, std::min(*size, most)};
}

}  // namespace plumbline::simulator
