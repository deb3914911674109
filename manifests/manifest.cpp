#include "manifests/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "manifests/worker_parser.h"
#include "manifests/yaml.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kGroup = "plumbline.dev/";
constexpr std::array<std::string_view, 3> kKinds{"Worker", "Defaults", "ZoneWorker"};
// The daemon's own configuration may lie in the same repository.
constexpr std::string_view kConfigKind = "Config";

bool is_known_kind(std::string_view kind) {
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

void skip_any(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

// Whether `text`, which follows the word "kind", goes on with a colon and a known kind.
bool names_known_kind(std::string_view text) {
  skip_any(text, "\"'");
  skip_any(text, " \t");
  if (!text.starts_with(':')) return false;
  text.remove_prefix(1);
  skip_any(text, " \t\r\n\"'");
  const auto end = text.find_first_of(" \t\r\n\"',}#");
  return is_known_kind(text.substr(0, end));
}

std::string_view text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node != nullptr && node->kind == YamlKind::scalar ? std::string_view(node->text) : std::string_view();
}

// One document of a file, and what becomes of it.
class DocumentReader {
 public:
  DocumentReader(const std::string& path, ManifestFile& file) : path_(path), file_(file) {}

  void read(const YamlDocument& document) {
    const std::string_view kind = text_of(document.root, "kind");
    const std::string_view version = text_of(document.root, "apiVersion");
    const bool ours = version.starts_with(kGroup) || is_known_kind(kind);
    if (!ours && !document.cut_short) return;
    if (version.starts_with(kGroup) && kind == kConfigKind) return;
    file_.is_manifest = true;
    std::ranges::copy(document.diagnostics, std::back_inserter(file_.diagnostics));
    if (!ours) return;
    Report report(path_, file_.diagnostics);
    if (!document.cut_short) check_version(document.root, version, report);
    read_kind(document, kind, report);
  }

 private:
  static void check_version(const YamlNode& root, std::string_view version, Report& report) {
    if (version == kApiVersion) return;
    const YamlNode* node = root.find("apiVersion");
    report.error(node != nullptr ? *node : root,
                 node != nullptr ? "this apiVersion is not known" : "the apiVersion is missing",
                 fmt::format("write apiVersion: {}, or name the file in .plumblineignore if it is "
                             "not Plumbline's",
                             kApiVersion));
  }

  void read_kind(const YamlDocument& document, std::string_view kind, Report& report) {
    if (kind == "Worker") {
      // What may be somebody else's is not judged field by field, and neither is what lacks its end.
      const bool ours = text_of(document.root, "apiVersion").starts_with(kGroup);
      WorkerDraft draft =
          ours && !document.cut_short ? parse_worker(document.root, report) : parse_worker_name(document.root, report);
      draft.broken = draft.broken || has_errors(document.diagnostics) || report.errors() > 0;
      file_.workers.push_back(std::move(draft));
      return;
    }
    file_.has_defaults = file_.has_defaults || kind == "Defaults";
    const YamlNode* node = document.root.find("kind");
    if (is_known_kind(kind)) {
      report.error(*node, fmt::format("kind {} is not supported yet by this version", kind));
    } else {
      report.error(node != nullptr ? *node : document.root,
                   node != nullptr ? "this kind is not known" : "the kind is missing",
                   kind.empty() ? "write kind: Worker" : suggestion(kind, kKinds));
    }
  }

  const std::string& path_;
  ManifestFile& file_;
};

}  // namespace

bool may_be_manifest(std::string_view text) {
  constexpr std::string_view kKey = "kind";
  // Some writers of JSON escape the slash.
  if (text.find(kGroup) != std::string_view::npos || text.find("plumbline.dev\\/") != std::string_view::npos) {
    return true;
  }
  for (auto at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
    if (names_known_kind(text.substr(at + kKey.size()))) return true;
  }
  return false;
}

ManifestFile parse_manifest(const std::string& path, std::string_view text) {
  ManifestFile file;
  if (!may_be_manifest(text)) return file;
  DocumentReader reader(path, file);
  const YamlLimits limits{.bytes = kMaxManifestBytes};
  for (const YamlDocument& document : parse_yaml(path, text, limits)) reader.read(document);
  return file;
}

}  // namespace plumbline::manifests
