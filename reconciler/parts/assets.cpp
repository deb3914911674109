#include "reconciler/parts/assets.h"

#include <set>

#include "base/digest.h"
#include "base/text.h"
#include "reconciler/parts/parts.h"
#include "reconciler/parts/version_draft.h"

namespace plumbline::reconciler {
namespace {

/// Static assets. An upload keeps those of the newest version, which are not the active ones after a rollback.
class AssetsPart final : public Part {
 public:
  [[nodiscard]] std::string_view name() const override { return "assets"; }

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const override {
    if (worker.assets) managed.emplace_back(name());
  }
  void add_identity(const Target& target, JsonObject& identity) const override {
    if (target.assets) identity[name()] = target.assets->digest;
  }

  [[nodiscard]] PartDiff diff(const View& view) const override {
    PartDiff diff;
    const auto& wanted = view.target->assets;
    if (!wanted) return diff;
    if (!wanted->problem.empty()) diff.block = unreadable(view.desired(), wanted->problem);
    const auto live = view.attested();
    const bool is_live = view.attestation.is_known() && !is_rolled_back(*view.live) && live.assets == wanted->digest;
    if (is_live) return diff;
    const auto files = describe_assets(wanted->listing);
    if (live.secrets == kUnattested) {
      diff.line('?', "assets", files + ", unattested; uploaded again");
    } else {
      diff.line(live.assets != "-" ? '~' : '+', "assets", files);
    }
    diff.needs(Write::upload);
    diff.why = "bring the assets";
    return diff;
  }

  [[nodiscard]] Witness witness(const ChangeLine& /*line*/) const override { return Witness::attestation; }

  void write(const View& view, const PartDiff* own, VersionDraft& draft) const override {
    const auto& wanted = view.target->assets;
    if (!wanted && view.live != nullptr) draft.attestation.assets = view.attested().assets;
    if (!draft.uploads()) return;
    const bool sends = wanted && (own != nullptr || (view.live != nullptr && newest_is_not_active(*view.live)));
    if (sends) {
      draft.ask_before(session_call(view));
      // The token of the session is put in when it is there.
      draft.set("assets", JsonObject{{"config", wanted->listing.config}});
    } else if (wanted || (view.live != nullptr && bool_member(view.live->entry, "has_assets").value_or(false))) {
      draft.set("keep_assets", true);
    }
  }

  void add_state_before(const View& view, JsonObject& state) const override {
    if (view.attestation.is_known() && view.target->assets) state[name()] = view.attestation->assets;
  }
  void add_state_after(const Subject& subject, JsonObject& state) const override {
    add_identity(*subject.target, state);
  }

 private:
  static Block unreadable(const manifests::DesiredWorker& worker, const std::string& problem) {
    return {Reason::source_incomplete, "its assets cannot be read: " + problem,
            "correct the folder \"" + worker.assets->directory + "\" of the source"};
  }

  static PlannedCall session_call(const View& view) {
    const auto most = distinct_files(view.target->assets->listing);
    return {"create_assets_session",
            {{"script_name", view.name()}},
            "ask which assets are missing and upload those, in at most " + counted(most, "further call")};
  }
};

}  // namespace

AssetTargets read_assets(const manifests::DesiredState& desired, manifests::AssetHashes* hashes) {
  AssetTargets targets;
  for (const auto& worker : desired.workers) {
    if (!worker.assets) continue;
    auto target = std::make_shared<AssetsTarget>();
    auto listing = manifests::digest_assets(*desired.tree, *worker.assets, hashes);
    if (listing) {
      target->digest = assets_digest(*listing);
      target->listing = std::move(*listing);
    } else {
      target->problem = listing.error().message;
    }
    targets.emplace(worker.name, std::move(target));
  }
  if (hashes != nullptr) hashes->end_pass();
  return targets;
}

std::string assets_digest(const manifests::AssetListing& listing) {
  JsonObject files;
  for (const auto& file : listing.files) files[file.path] = file.hash;
  return truncated(sha256_hex(to_canonical_text(JsonObject{{"files", std::move(files)}, {"config", listing.config}})));
}

JsonObject assets_manifest(const manifests::AssetListing& listing) {
  JsonObject manifest;
  for (const auto& file : listing.files) manifest[file.path] = JsonObject{{"hash", file.hash}, {"size", file.size}};
  return manifest;
}

std::size_t distinct_files(const manifests::AssetListing& listing) {
  std::set<std::string_view> hashes;
  for (const auto& file : listing.files) hashes.insert(file.hash);
  return hashes.size();
}

std::string describe_assets(const manifests::AssetListing& listing) {
  std::uint64_t bytes = 0;
  for (const auto& file : listing.files) bytes += file.size;
  return "(" + counted(listing.files.size(), "file") + ", " + human_bytes(bytes) + ")";
}

const Part& assets_part() {
  static const AssetsPart part;
  return part;
}

}  // namespace plumbline::reconciler
