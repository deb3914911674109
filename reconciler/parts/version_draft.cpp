#include "reconciler/parts/version_draft.h"

#include <algorithm>

namespace plumbline::reconciler {
namespace {

api::OperationRef operation_of(Write write) {
  switch (write) {
    case Write::upload:
      return "upload_script";
    case Write::version:
      return "patch_settings";
    case Write::script_settings:
    case Write::none:
      break;
  }
  return "patch_script_settings";
}

}  // namespace

VersionDraft::VersionDraft(const View& view, Write write)
    : attestation(view.target->attestation), view_(view), write_(write) {}

void VersionDraft::bind(std::string_view name, const Json& binding) {
  JsonObject out{{"name", name}};
  for (const auto& entry : binding.get_object()) out.insert_or_assign(entry.key(), entry.value());
  bindings_.push_back(std::move(out));
}

void VersionDraft::inherit(std::string_view name) {
  bindings_.push_back(JsonObject{{"type", "inherit"}, {"name", name}});
}

bool VersionDraft::puts_secret(std::string_view name) const {
  return std::ranges::find(secrets_, name) != secrets_.end();
}

JsonObject VersionDraft::annotations(const std::string& revision) const {
  return annotations_for(attestation, revision, view_.desired().where.file);
}

PlannedCall VersionDraft::call(std::string why, const std::string& revision) const {
  PlannedCall call{operation_of(write_), {{"script_name", view_.name()}}, std::move(why)};
  JsonObject body = body_;
  if (uploads() || (makes_version() && changes_bindings_)) body["bindings"] = bindings_;
  if (makes_version()) body["annotations"] = annotations(revision);
  call.body = std::move(body);
  if (uploads()) call.modules = modules_;
  if (makes_version()) call.secrets = secrets_;
  return call;
}

PlannedCall VersionDraft::attesting_call(const std::string& revision) const {
  return {"patch_settings",
          {{"script_name", view_.name()}},
          "attest what the version holds",
          JsonObject{{"annotations", annotations(revision)}}};
}

}  // namespace plumbline::reconciler
