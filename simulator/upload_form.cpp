#include "simulator/upload_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "simulator/code.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kRawScript = "worker.js";
constexpr std::string_view kMetadata = "metadata";

// Types of modules that PUT …/workers/scripts/{script_name} takes, developers.cloudflare.com/api. The first three may
// be an entry.
constexpr std::array<std::string_view, 10> kTypes{"application/javascript+module",
                                                  "text/javascript+module",
                                                  "text/x-python",
                                                  "application/javascript",
                                                  "text/javascript",
                                                  "text/x-python-requirement",
                                                  "application/wasm",
                                                  "text/plain",
                                                  "application/octet-stream",
                                                  "application/source-map"};
constexpr std::size_t kEntryTypes = 3;

/// `text/plain; charset=utf-8` without its parameters, in small letters.
std::string media_type(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  return to_lower(type.substr(0, type.find_last_not_of(' ') + 1));
}

/// Whether the type is empty, which is taken for the right one, or among the first `count` of kTypes.
bool is_type(std::string_view content_type, std::size_t count) {
  const auto types = std::span(kTypes).first(count);
  const auto type = media_type(content_type);
  return type.empty() || std::ranges::find(types, type) != types.end();
}

Try<void> check_types(const UploadForm& form, std::string_view main) {
  for (const auto& module : form.modules) {
    if (!is_type(module.content_type, kTypes.size())) {
      return refuse(400, 10021,
                    fmt::format("Module {} has the type {}, which no module can have.", printable(module.name),
                                printable(module.content_type)));
    }
    if (module.name == main && !is_type(module.content_type, kEntryTypes)) {
      return refuse(400, 10021,
                    fmt::format("main_module {} has the type {}: it has to be an ES module, "
                                "application/javascript+module.",
                                printable(main), printable(module.content_type)));
    }
  }
  return {};
}

Try<UploadForm> raw_script(const Call& call) {
  const auto type = media_type(call.request.headers.get("content-type"));
  if (!type.empty() && type != "application/javascript" && type != "text/javascript") {
    return refuse(400, 10001,
                  "Content-Type must be one of: application/javascript, text/javascript, multipart/form-data.");
  }
  return UploadForm{.metadata = {{"body_part", kRawScript}},
                    .modules = {{std::string(kRawScript), "application/javascript", call.request.body}}};
}

Try<JsonObject> read_metadata(const Part& part) {
  auto json = parse_json(part.body);
  if (!json) return refuse(400, 10026, "The metadata could not be parsed: " + json.error().message);
  if (!json->is_object()) return refuse(400, 10026, "The metadata is not a JSON object.");
  return std::move(json->get_object());
}

Try<std::vector<Part>> read_parts(const Call& call, std::string_view boundary) {
  auto parts = read_multipart(call.request.body, boundary);
  if (!parts) return refuse(400, 10026, "The form could not be parsed: " + parts.error().message);
  return std::move(*parts);
}

const Part* find_part(const std::vector<Part>& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &Part::name);
  return found == parts.end() ? nullptr : &*found;
}

/// The part that holds a service worker. Clients of 2018 to 2024 give its name, without a file name; others its file.
const Part* body_of(const std::vector<Part>& parts, std::string_view name) {
  if (name.empty()) return nullptr;
  if (const auto* part = find_part(parts, name)) return part;
  const auto found = std::ranges::find_if(parts, [&](const Part& part) { return part.filename == name; });
  return found == parts.end() ? nullptr : &*found;
}

Module module_of(const Part& part, std::string_view name) {
  return {std::string(name), part.content_type, std::string(part.body)};
}

/// Whether a binding of the metadata has this part as its value: `{"type": "wasm_module", "part": NAME}`.
bool is_bound(const JsonObject& metadata, std::string_view part) {
  const auto* bindings = member(metadata, "bindings");
  return bindings && bindings->is_array() && std::ranges::any_of(bindings->get_array(), [&](const Json& binding) {
           return string_member(binding, "part") == part;
         });
}

/// What a part is called among the modules; nothing for a part that is none. Files have their names.
std::optional<std::string> module_name(const Part& part, const JsonObject& metadata) {
  if (part.name == kMetadata) return std::nullopt;
  if (is_bound(metadata, part.name)) return part.name;
  return part.filename;
}

UploadForm form_of(const std::vector<Part>& parts, JsonObject metadata) {
  UploadForm form{std::move(metadata), {}};
  const auto body_name = string_member(form.metadata, "body_part");
  const auto* body = body_of(parts, body_name);
  if (body) form.modules.push_back(module_of(*body, body_name));  // before a file that may have the same name
  for (const auto& part : parts) {
    const auto name = &part == body ? std::nullopt : module_name(part, form.metadata);
    if (name) form.modules.push_back(module_of(part, *name));
  }
  return form;
}

/// Two headers of PUT content name the entry where the metadata does not.
void fill_in_entry(const Call& call, JsonObject& metadata) {
  const bool is_stated =
      !string_member(metadata, "main_module").empty() || !string_member(metadata, "body_part").empty();
  if (is_stated) return;
  const auto module = call.request.headers.get("cf-worker-main-module-part");
  const auto body = call.request.headers.get("cf-worker-body-part");
  if (!module.empty()) metadata["main_module"] = module;
  if (!body.empty()) metadata["body_part"] = body;
}

}  // namespace

Try<UploadForm> read_upload(const Call& call) {
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) return raw_script(call);
  const auto parts = read_parts(call, *boundary);
  if (!parts) return std::unexpected(parts.error());
  const auto* part = find_part(*parts, kMetadata);
  if (!part) return refuse(400, 10021, "Uncaught Error: could not read content for part metadata");
  auto metadata = read_metadata(*part);
  if (!metadata) return std::unexpected(metadata.error());
  return form_of(*parts, std::move(*metadata));
}

Try<UploadForm> read_content_upload(const Call& call) {
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) return raw_script(call);
  const auto parts = read_parts(call, *boundary);
  if (!parts) return std::unexpected(parts.error());
  const auto* part = find_part(*parts, kMetadata);
  auto metadata = part ? read_metadata(*part) : JsonObject();
  if (!metadata) return std::unexpected(metadata.error());
  fill_in_entry(call, *metadata);
  return form_of(*parts, std::move(*metadata));
}

Try<std::shared_ptr<const Code>> code_of(const UploadForm& form, bool has_assets) {
  const auto main = string_member(form.metadata, "main_module");
  const auto body = string_member(form.metadata, "body_part");
  if (!main.empty() && !body.empty()) {
    return refuse(400, 10021, "The metadata has both main_module and body_part.");
  }
  if (auto known = check_types(form, main); !known) return std::unexpected(known.error());
  if (!main.empty()) return make_code(Syntax::module, main, form.modules);
  if (!body.empty()) return make_code(Syntax::service_worker, body, form.modules);
  if (has_assets) return nullptr;
  return refuse(400, 10021, "The metadata has neither main_module nor body_part.");
}

}  // namespace plumbline::simulator
