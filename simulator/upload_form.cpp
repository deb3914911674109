#include "simulator/upload_form.h"

#include <algorithm>

#include "simulator/code.h"

namespace plumbline::simulator {
namespace {

constexpr std::string_view kRawScript = "worker.js";

UploadForm raw_script(const Call& call) {
  return {.metadata = {{"body_part", kRawScript}},
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

Try<UploadForm> read_form(const std::vector<Part>& parts) {
  UploadForm form;
  for (const auto& part : parts) {
    if (part.name == "metadata") {
      auto metadata = read_metadata(part);
      if (!metadata) return std::unexpected(metadata.error());
      form.metadata = std::move(*metadata);
    } else if (part.filename) {
      form.modules.push_back({*part.filename, part.content_type, std::string(part.body)});
    }
  }
  return form;
}

bool has_metadata(const std::vector<Part>& parts) {
  return std::ranges::any_of(parts, [](const Part& part) { return part.name == "metadata"; });
}

}  // namespace

Try<UploadForm> read_upload(const Call& call) {
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) return raw_script(call);
  const auto parts = read_parts(call, *boundary);
  if (!parts) return std::unexpected(parts.error());
  if (!has_metadata(*parts)) {
    return refuse(400, 10021, "Uncaught Error: could not read content for part metadata");
  }
  return read_form(*parts);
}

Try<UploadForm> read_content_upload(const Call& call) {
  const auto boundary = boundary_of(call.request.headers.get("content-type"));
  if (!boundary) return raw_script(call);
  const auto parts = read_parts(call, *boundary);
  if (!parts) return std::unexpected(parts.error());
  auto form = read_form(*parts);
  if (!form || has_metadata(*parts)) return form;
  const auto module = call.request.headers.get("cf-worker-main-module-part");
  const auto body = call.request.headers.get("cf-worker-body-part");
  if (!module.empty()) form->metadata["main_module"] = module;
  if (!body.empty()) form->metadata["body_part"] = body;
  return form;
}

Try<std::shared_ptr<const Code>> code_of(const UploadForm& form, bool has_assets) {
  const auto main = string_member(form.metadata, "main_module");
  const auto body = string_member(form.metadata, "body_part");
  if (!main.empty() && !body.empty()) {
    return refuse(400, 10021, "The metadata has both main_module and body_part.");
  }
  if (!main.empty()) return make_code(Syntax::module, main, form.modules);
  if (!body.empty()) return make_code(Syntax::service_worker, body, form.modules);
  if (has_assets) return nullptr;
  return refuse(400, 10021, "The metadata has neither main_module nor body_part.");
}

}  // namespace plumbline::simulator
