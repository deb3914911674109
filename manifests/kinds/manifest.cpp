#include "manifests/kinds/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/merge.h"
#include "manifests/kinds/worker_parser.h"
#include "manifests/kinds/worker_schema.h"
#include "manifests/kinds/zone_worker.h"
#include "manifests/sources/mentioned_names.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kGroup = "plumbline.dev/";
constexpr std::array<std::string_view, 3> kKinds{"Worker", kDefaultsKind, "ZoneWorker"};
// The daemon's own configuration may lie in the same repository.
constexpr std::string_view kConfigKind = "Config";

bool is_known_kind(std::string_view kind) {
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

// The word behind a colon at the front of `text`, which follows the word "kind"; empty if there is no colon.
std::string_view kind_behind(std::string_view text) {
  skip_any(text, "\"'");
  skip_any(text, " \t");
  if (!text.starts_with(':')) return {};
  text.remove_prefix(1);
  skip_any(text, " \t\r\n\"'");
  const auto end = text.find_first_of(" \t\r\n\"',}#");
  return text.substr(0, end);
}

// Whether some "kind: ..." in the text fits, wherever it is.
bool says_kind(std::string_view text, bool (*fits)(std::string_view kind)) {
  constexpr std::string_view kKey = "kind";
  for (auto at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
    if (fits(kind_behind(text.substr(at + kKey.size())))) return true;
  }
  return false;
}

bool is_defaults(std::string_view kind) {
  return kind == kDefaultsKind;
}

bool is_of_our_group(const YamlNode& root) {
  return root.text_at("apiVersion").starts_with(kGroup);
}

bool is_ours(const YamlDocument& document) {
  return is_of_our_group(document.root) || is_known_kind(document.root.text_at("kind"));
}

// Nothing of such a document means anything here, and nobody knows what is in it.
bool is_of_others(const YamlDocument& document) {
  if (document.cut_short) return false;
  return !is_ours(document) || (is_of_our_group(document.root) && document.root.text_at("kind") == kConfigKind);
}

// Whether the word may be a misspelt "Defaults".
bool may_mean_defaults(std::string_view kind) {
  return !kind.empty() && kind != "Worker" && kind != "ZoneWorker" && kind != kConfigKind;
}

// Reads one document of a file.
class DocumentReader {
 public:
  DocumentReader(const std::string& path, const ParseContext& context, ManifestFile& file)
      : path_(path), context_(context), file_(file) {}

  void read(YamlDocument document) {
    const std::string& kind = document.root.text_at("kind");
    const std::string& version = document.root.text_at("apiVersion");
    if (version.starts_with(kGroup) && kind == kConfigKind) return;
    file_.is_manifest = true;
    std::ranges::copy(document.diagnostics, std::back_inserter(file_.diagnostics));
    if (!is_ours(document)) return;
    note_environments(document.root);
    Report report(path_, file_.diagnostics);
    if (!document.cut_short) check_version(document.root, version, report);
    read_kind(std::move(document), std::string(kind), report);
  }

 private:
  void note_environments(const YamlNode& root) {
    const YamlNode* spec = root.find("spec");
    const YamlNode* environments = spec != nullptr ? spec->find("environments") : nullptr;
    if (environments == nullptr) return;
    for (const YamlEntry& entry : environments->entries) file_.environments.push_back(entry.key.text);
  }

  static void check_version(const YamlNode& root, std::string_view version, Report& report) {
    if (version == kApiVersion) return;
    const YamlNode* node = root.find("apiVersion");
    report.error(node != nullptr ? *node : root,
                 node != nullptr ? "this apiVersion is not known" : "the apiVersion is missing",
                 fmt::format("write apiVersion: {}, or name the file in .plumblineignore if it is "
                             "not Plumbline's",
                             kApiVersion));
  }

  void read_kind(YamlDocument document, std::string_view kind, Report& report) {
    // A document that may be somebody else's is not checked field by field; neither is one that was cut short.
    const bool judged = is_of_our_group(document.root) && !document.cut_short;
    if (kind == "Worker") return read_worker(std::move(document), judged, report);
    if (is_defaults(kind)) {
      if (judged) check(document.root, defaults_shape(), "manifest", report);
      return;
    }
    if (kind == "ZoneWorker") return read_zone_worker(std::move(document), judged, report);
    const YamlNode* node = document.root.find("kind");
    report.error(node != nullptr ? *node : document.root,
                 node != nullptr ? "this kind is not known" : "the kind is missing",
                 kind.empty() ? "write kind: Worker" : suggestion(kind, kKinds));
  }

  void read_zone_worker(YamlDocument document, bool judged, Report& report) {
    if (!judged) return;
    ZoneWorkerDraft draft = parse_zone_worker(std::move(document.root), context_, report);
    draft.broken = draft.broken || report.errors() > 0;
    file_.zone_workers.push_back(std::move(draft));
  }

  void read_worker(YamlDocument document, bool judged, Report& report) {
    const bool unreadable = has_errors(document.diagnostics);
    WorkerDraft draft =
        judged ? parse_worker(std::move(document.root), context_, report) : parse_worker_name(document.root, report);
    draft.broken = draft.broken || unreadable || report.errors() > 0;
    file_.workers.push_back(std::move(draft));
  }

  const std::string& path_;
  const ParseContext& context_;
  ManifestFile& file_;
};

// Whether a document that is not a valid Defaults may be meant as one: it was cut short, or has an unknown kind of
// ours. Workers below would change if it were ignored.
bool may_be_lost_defaults(const YamlDocument& document, std::string_view text) {
  const auto& kind = document.root.text_at("kind");
  if (document.cut_short) return kind.empty() && says_kind(text, is_defaults);
  return is_of_our_group(document.root) && may_mean_defaults(kind);
}

// A layer whose content is unknown.
std::shared_ptr<const DefaultsLayer> lost_layer(const TreeEntry& entry) {
  auto layer = std::make_shared<DefaultsLayer>();
  layer->path = entry.path;
  layer->id = entry.id;
  layer->where = {entry.path};
  layer->broken = true;
  return layer;
}

std::shared_ptr<const DefaultsLayer> layer_of(const TreeEntry& entry, const YamlDocument& document) {
  auto layer = std::make_shared<DefaultsLayer>();
  layer->path = entry.path;
  layer->id = entry.id;
  std::vector<Diagnostic> diagnostics;
  Report report(entry.path, diagnostics);
  layer->where = report.location(*document.root.find("kind"));
  check(document.root, defaults_shape(), "manifest", report);
  layer->broken = document.cut_short || has_errors(document.diagnostics) || has_errors(diagnostics) ||
                  document.root.text_at("apiVersion") != kApiVersion;
  if (const YamlNode* spec = document.root.find("spec"); spec != nullptr && spec->kind == YamlKind::map) {
    layer->spec = *spec;
  }
  set_file(layer->spec, &layer->path);
  return layer;
}

}  // namespace

bool may_be_manifest(std::string_view text) {
  // Some JSON writers escape the slash.
  return text.find(kGroup) != std::string_view::npos || text.find("plumbline.dev\\/") != std::string_view::npos ||
         says_kind(text, is_known_kind);
}

bool may_be_wide_manifest(std::string_view text) {
  return text.contains('\0') && may_be_manifest(without_zeros(text));
}

std::vector<std::shared_ptr<const DefaultsLayer>> parse_defaults(const TreeEntry& entry, std::string_view text) {
  std::vector<std::shared_ptr<const DefaultsLayer>> layers;
  if (!says_kind(text, may_mean_defaults)) return layers;
  bool lost = false;
  for (YamlDocument& document : parse_yaml(entry.path, text, {.bytes = kMaxManifestBytes})) {
    if (is_defaults(document.root.text_at("kind"))) {
      layers.push_back(layer_of(entry, document));
    } else {
      lost = lost || may_be_lost_defaults(document, text);
    }
  }
  if (lost && layers.empty()) layers.push_back(lost_layer(entry));
  return layers;
}

std::vector<std::shared_ptr<const DefaultsLayer>> parse_defaults(const TreeEntry& entry, const ManifestText& text) {
  std::vector<std::shared_ptr<const DefaultsLayer>> layers;
  if (!text.may_hold_defaults) return layers;
  for (const YamlDocument& document : text.documents) {
    if (is_defaults(document.root.text_at("kind"))) layers.push_back(layer_of(entry, document));
  }
  return layers;
}

bool ManifestText::is_sound() const {
  return std::ranges::none_of(documents,
                              [](const YamlDocument& one) { return one.cut_short || !one.diagnostics.empty(); });
}

ManifestText read_documents(const std::string& path, std::string_view text) {
  ManifestText read;
  read.documents = parse_yaml(path, text, {.bytes = kMaxManifestBytes});
  std::erase_if(read.documents, is_of_others);
  if (!read.documents.empty()) read.mentioned = mentioned_names(text);
  read.may_hold_defaults = says_kind(text, may_mean_defaults);
  return read;
}

ManifestFile parse_manifest(const std::string& path, std::string_view text, const ParseContext& context) {
  if (!may_be_manifest(text)) return {};
  return parse_manifest(path, read_documents(path, text), context);
}

ManifestFile parse_manifest(const std::string& path, ManifestText text, const ParseContext& context) {
  ManifestFile file;
  DocumentReader reader(path, context, file);
  for (YamlDocument& document : text.documents) reader.read(std::move(document));
  if (file.is_manifest) file.mentioned = std::move(text.mentioned);
  return file;
}

}  // namespace plumbline::manifests
