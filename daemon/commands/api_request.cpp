#include "daemon/commands/api_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "api/calls.h"
#include "api/multipart.h"
#include "api/redact.h"
#include "base/json.h"
#include "base/secret_text.h"
#include "base/text.h"
#include "manifests/files/modules.h"

namespace plumbline::daemon {
namespace {

using api::BodyKind;

constexpr std::string_view kAccountId = "account_id";

struct NameValue {
  std::string name;
  std::string value;
};

// NAME=VALUE; the value may be empty.
Result<NameValue> split_word(const std::string& word, std::string_view what) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return fail(fmt::format("{} wants the form NAME=VALUE", what));
  return NameValue{word.substr(0, equals), word.substr(equals + 1)};
}

// --- path, query and headers

bool has_parameter(const api::Call& call, std::string_view name) {
  return std::ranges::find(call.path, name, &std::pair<std::string, std::string>::first) != call.path.end();
}

template <class Range>
bool contains(const Range& range, std::string_view word) {
  return std::ranges::find(range, word) != std::ranges::end(range);
}

std::string joined(const std::vector<std::string_view>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

Result<void> add_path(api::Call& call, const ApiWords& words) {
  const auto wanted = api::path_parameters(*call.operation);
  for (const auto& word : words.parameters) {
    auto pair = split_word(word, "a parameter");
    if (!pair) return std::unexpected(std::move(pair.error()));
    if (!contains(wanted, pair->name)) {
      return fail(fmt::format("{} has no parameter \"{}\"; its parameters are: {} (--query sets what follows the path)",
                              words.operation, printable(pair->name), joined(wanted)));
    }
    if (pair->value.empty()) return fail(fmt::format("the parameter {} is empty", pair->name));
    if (has_parameter(call, pair->name)) return fail(fmt::format("the parameter {} is given twice", pair->name));
    call.path.emplace_back(std::move(pair->name), std::move(pair->value));
  }
  for (const auto name : wanted) {
    if (name == kAccountId || has_parameter(call, name)) continue;
    return fail(fmt::format("{} needs {}=VALUE", words.operation, name));
  }
  return {};
}

Result<void> add_query(api::Call& call, const ApiWords& words) {
  for (const auto& word : words.query) {
    auto pair = split_word(word, "--query");
    if (!pair) return std::unexpected(std::move(pair.error()));
    call.query.emplace_back(std::move(pair->name), std::move(pair->value));
  }
  return {};
}

Result<void> add_headers(api::Call& call, const ApiWords& words) {
  constexpr std::array<std::string_view, 4> kOurs{"authorization", "x-auth-key", "x-auth-email", "content-type"};
  for (const auto& word : words.headers) {
    auto pair = split_word(word, "--header");
    if (!pair) return std::unexpected(std::move(pair.error()));
    if (contains(kOurs, to_lower(pair->name))) {
      return fail(
          fmt::format("--header may not set {}: credentials come from the environment or the configuration, and the "
                      "type comes with the body",
                      printable(pair->name)));
    }
    call.headers.add(std::move(pair->name), std::move(pair->value));
  }
  return {};
}

// --- the body

Result<std::string> read_named(const FileReader& read, const std::string& file) {
  auto bytes = read(file);
  if (!bytes)
    return fail(fmt::format("{}: {}", file == "-" ? "standard input" : printable(file), bytes.error().message));
  return bytes;
}

// metadata.json;type=application/json
struct PartWord {
  std::string name;
  std::string file;
  std::string content_type;
};

// Parts that hold JSON, beside the files
// (https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/).
bool is_json_part(std::string_view name) {
  return name == "metadata" || name == "settings";
}

std::string type_by_name(std::string_view name) {
  if (is_json_part(name) || name.ends_with(".json")) return "application/json";
  const auto type = manifests::content_type_of(name);
  return std::string(type.empty() ? "application/octet-stream" : type);
}

Result<PartWord> read_part_word(const std::string& word) {
  constexpr std::string_view kType = ";type=";
  auto pair = split_word(word, "--part");
  if (!pair) return std::unexpected(std::move(pair.error()));
  PartWord part{.name = std::move(pair->name), .file = std::move(pair->value)};
  const auto type = part.file.rfind(kType);
  if (type != std::string::npos) {
    part.content_type = part.file.substr(type + kType.size());
    part.file.resize(type);
  } else {
    part.content_type = type_by_name(part.name);
  }
  if (part.file.empty()) return fail(fmt::format("--part {} names no file: NAME=FILE", printable(part.name)));
  return part;
}

Result<api::FormPart> read_part(const std::string& word, const FileReader& read) {
  auto part = read_part_word(word);
  if (!part) return std::unexpected(std::move(part.error()));
  auto bytes = read_named(read, part->file);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  api::FormPart out{.name = part->name, .content_type = std::move(part->content_type), .bytes = std::move(*bytes)};
  // The API finds modules by their file names.
  if (!is_json_part(part->name)) out.filename = std::move(part->name);
  return out;
}

Result<void> add_form(api::Call& call, const ApiWords& words, const FileReader& read) {
  if (words.body) return fail(fmt::format("{} takes a form: give --part NAME=FILE, not --body", words.operation));
  if (words.parts.empty()) return fail(fmt::format("{} takes a form: give --part NAME=FILE", words.operation));
  std::vector<api::FormPart> parts;
  for (const auto& word : words.parts) {
    auto part = read_part(word, read);
    if (!part) return std::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
  }
  auto form = api::write_form(parts);
  call.content_type = std::move(form.content_type);
  call.body = std::move(form.body);
  return {};
}

bool is_form(BodyKind kind) {
  return kind == BodyKind::code_form || kind == BodyKind::settings_form || kind == BodyKind::files_form;
}

Result<void> add_body(api::Call& call, const ApiWords& words, const FileReader& read) {
  const auto kind = call.operation->body;
  if (is_form(kind)) return add_form(call, words, read);
  if (!words.parts.empty()) return fail(fmt::format("{} takes no form: leave --part out", words.operation));
  if (kind == BodyKind::none) {
    if (words.body) return fail(fmt::format("{} has no body: leave --body out", words.operation));
    return {};
  }
  const auto what = api::to_string(kind);
  if (!words.body)
    return fail(fmt::format("{} needs a body ({}): give --body FILE, or - for standard input", words.operation, what));
  auto bytes = read_named(read, *words.body);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  if (kind != BodyKind::script) {
    // The parser's own message may repeat the input.
    if (!parse_json(*bytes)) return fail("the body is not a JSON document");
  }
  call.content_type = api::content_type_of(kind);
  call.body = std::move(*bytes);
  return {};
}

// An upload of assets is sent with the token of its session; no other call is.
Result<void> add_jwt(api::Call& call, const ApiWords& words, const FileReader& read) {
  const bool wanted = words.operation == "upload_assets";
  if (!wanted && words.jwt) return fail("--jwt is for upload_assets");
  if (!wanted) return {};
  if (!words.jwt) {
    return fail(
        "upload_assets needs the token of its session: give --jwt FILE, the file that create_assets_session --save-jwt "
        "FILE wrote");
  }
  auto token = read_named(read, *words.jwt);
  if (!token) return std::unexpected(std::move(token.error()));
  const auto jwt = secret_from_text(std::move(*token), SecretLines::one);
  if (!jwt) return fail("--jwt: " + printable(*words.jwt) + " " + jwt.error().message);
  call.headers.add("Authorization", api::bearer(*jwt));
  return {};
}

}  // namespace

Result<const api::Operation*> find_operation_named(const std::string& name) {
  if (const auto* operation = api::find_operation(name)) return operation;
  std::vector<std::string_view> names;
  for (const auto& operation : api::operations()) names.push_back(operation.name);
  const auto meant = nearest(name, names);
  return fail(fmt::format("unknown operation \"{}\"{}; `plumbline api --list` names them all", printable(name),
                          meant ? fmt::format("; did you mean \"{}\"?", *meant) : ""));
}

Result<api::Call> read_call(const ApiWords& words, const FileReader& read) {
  const auto operation = find_operation_named(words.operation);
  if (!operation) return std::unexpected(operation.error());
  api::Call call;
  call.operation = *operation;
  for (const auto step : {add_path, add_query, add_headers}) {
    if (auto done = step(call, words); !done) return std::unexpected(std::move(done.error()));
  }
  for (const auto step : {add_body, add_jwt}) {
    if (auto done = step(call, words, read); !done) return std::unexpected(std::move(done.error()));
  }
  call.secrets = std::make_shared<const std::vector<Secret>>(api::secrets_in(call.content_type, call.body));
  return call;
}

bool wants_account_id(const api::Call& call) {
  return contains(api::path_parameters(*call.operation), kAccountId) && !has_parameter(call, kAccountId);
}

}  // namespace plumbline::daemon
