#include "simulator/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

constexpr std::size_t kLongestExpression = 256;
constexpr std::size_t kLongestPath = 4096;
constexpr std::int64_t kLongestDelay = 3'600'000;  // an hour

constexpr std::array<std::pair<std::string_view, FaultKind>, 12> kKinds{{{"status", FaultKind::status},
                                                                         {"html", FaultKind::html},
                                                                         {"reset-before", FaultKind::reset_before},
                                                                         {"reset-after", FaultKind::reset_after},
                                                                         {"answer", FaultKind::answer},
                                                                         {"truncate", FaultKind::truncate},
                                                                         {"slow", FaultKind::slow},
                                                                         {"stall", FaultKind::stall},
                                                                         {"stall-before", FaultKind::stall_before},
                                                                         {"drop-entry", FaultKind::drop_entry},
                                                                         {"repeat-entry", FaultKind::repeat_entry},
                                                                         {"maim-entry", FaultKind::maim_entry}}};

/// An integer member of an object, or the default if it is missing.
Result<std::int64_t> number(const JsonObject& object, std::string_view key, std::int64_t otherwise, std::int64_t least,
                            std::int64_t most) {
  const auto* found = member(object, key);
  if (!found) return otherwise;
  boost::system::error_code error;
  const auto value = found->to_number<std::int64_t>(error);
  if (error || value < least || value > most) {
    return fail(fmt::format("`{}` is a whole number from {} to {}", key, least, most));
  }
  return value;
}

Result<void> read_match(Fault& fault, const JsonObject& stated) {
  const auto* match = member(stated, "match");
  if (!match) return {};
  if (!match->is_object()) return fail("`match` is an object with `method` and `path`");
  fault.method = string_member(*match, "method");
  fault.path = string_member(*match, "path");
  if (fault.path.size() > kLongestExpression) {
    return fail("the expression of `match.path` is longer than 256 characters");
  }
  try {
    fault.expression.assign(fault.path, boost::regex::perl);
  } catch (const std::runtime_error&) {  // Boost.Regex reports an invalid expression like this
    return fail("`match.path` is not a regular expression");
  }
  return {};
}

Result<void> read_headers(Fault& fault, const JsonObject& stated) {
  const auto* headers = member(stated, "headers");
  if (!headers) return {};
  if (!headers->is_object()) return fail("`headers` is an object of texts");
  for (const auto& [name, value] : headers->get_object()) {
    const auto text = value.is_string() ? view(value.get_string()) : std::string_view("\n");
    if (printable(name) != std::string_view(name) || printable(text) != text) {
      return fail("`headers` is an object of texts without control characters");
    }
    fault.headers.add(std::string(name), std::string(text));
  }
  return {};
}

Result<void> read_numbers(Fault& fault, const JsonObject& stated) {
  const bool is_stated = member(stated, "status") != nullptr;
  const bool keeps_own = fault.kind == FaultKind::answer && !is_stated;
  const auto status = keeps_own ? Result<std::int64_t>(0)
                                : number(stated, "status", fault.kind == FaultKind::html ? 502 : 500, 200, 599);
  const auto code = number(stated, "code", 10013, 0, 9'999'999);
  const auto times = number(stated, "times", 1, 0, 1'000'000'000);
  const auto skip = number(stated, "skip", 0, 0, 1'000'000'000);
  const auto delay = number(stated, "delay_ms", 0, 0, kLongestDelay);
  for (const auto* value : {&status, &code, &times, &skip, &delay}) {
    if (!*value) return std::unexpected(value->error());
  }
  fault.status = static_cast<int>(*status);
  fault.code = static_cast<int>(*code);
  fault.skip = static_cast<std::uint64_t>(*skip);
  fault.delay = std::chrono::milliseconds(*delay);
  if (*times > 0) fault.left = static_cast<std::uint64_t>(*times);
  return {};
}

Result<void> read_entry(Fault& fault, const JsonObject& stated) {
  fault.entry = string_member(stated, "entry");
  fault.key = string_member(stated, "key");
  if (const auto* value = member(stated, "value")) fault.value = *value;
  fault.recount = bool_member(stated, "recount").value_or(false);
  if (fault.kind == FaultKind::maim_entry && fault.key.empty()) return fail("maim-entry needs `key`, a member's name");
  return {};
}

bool matches(const Fault& fault, std::string_view method, std::string_view path) {
  if (!fault.method.empty() && !iequals(fault.method, method)) return false;
  if (fault.path.empty()) return true;
  if (path.size() > kLongestPath) return false;
  try {
    return boost::regex_search(path.begin(), path.end(), fault.expression);
  } catch (const std::runtime_error&) {  // an expression that takes too long matches nothing
    return false;
  }
}

}  // namespace

Result<Fault> parse_fault(const Json& stated) {
  static constexpr std::array<std::string_view, 14> kKeys{"match", "skip",    "times",   "fault",    "status",
                                                          "code",  "message", "headers", "delay_ms", "entry",
                                                          "key",   "value",   "recount", "body"};
  const auto* object = stated.if_object();
  if (!object) return fail("a fault is a JSON object");
  for (const auto& entry : *object) {
    if (std::ranges::find(kKeys, std::string_view(entry.key())) == kKeys.end()) {
      return fail(fmt::format("a fault has no `{}`", printable(entry.key())));
    }
  }
  Fault fault;
  const auto kind = string_member(*object, "fault");
  const auto* found = std::ranges::find(kKinds, kind, [](const auto& row) { return row.first; });
  if (found == kKinds.end()) {
    return fail(
        "`fault` is status, html, reset-before, reset-after, answer, truncate, slow, stall, stall-before, drop-entry, "
        "repeat-entry or maim-entry");
  }
  fault.kind = found->second;
  if (auto read = read_match(fault, *object); !read) return std::unexpected(read.error());
  if (auto read = read_headers(fault, *object); !read) return std::unexpected(read.error());
  if (auto read = read_numbers(fault, *object); !read) return std::unexpected(read.error());
  if (const auto* body = member(*object, "body")) {
    if (!body->is_string()) return fail("`body` is a text");
    fault.body = view(body->get_string());
  }
  if (auto read = read_entry(fault, *object); !read) return std::unexpected(read.error());
  const auto message = string_member(*object, "message");
  fault.message = message.empty() ? "workers.api.error.unknown" : message;
  return fault;
}

JsonObject to_json(const Fault& fault) {
  const auto* kind = std::ranges::find(kKinds, fault.kind, [](const auto& row) { return row.second; });
  JsonObject headers;
  for (const auto& header : fault.headers) headers[header.name] = header.value;
  JsonObject out{{"match", JsonObject{{"method", fault.method}, {"path", fault.path}}},
                 {"skip", fault.skip},
                 {"times", fault.left.value_or(0)},
                 {"fault", kind->first},
                 {"status", fault.status},
                 {"code", fault.code},
                 {"message", fault.message},
                 {"headers", std::move(headers)},
                 {"delay_ms", fault.delay.count()}};
  if (fault.body) out["body"] = *fault.body;
  if (!fault.entry.empty()) out["entry"] = fault.entry;
  if (!fault.key.empty()) out["key"] = fault.key;
  if (fault.value) out["value"] = *fault.value;
  if (fault.recount) out["recount"] = true;
  return out;
}

std::optional<Fault> FaultList::strike(std::string_view method, std::string_view path) {
  const auto found = std::ranges::find_if(faults_, [&](Fault& fault) {
    if (!matches(fault, method, path)) return false;
    if (fault.skip == 0) return true;
    --fault.skip;
    return false;
  });
  if (found == faults_.end()) return std::nullopt;
  auto struck = *found;
  if (found->left && --*found->left == 0) faults_.erase(found);
  return struck;
}

}  // namespace plumbline::simulator
