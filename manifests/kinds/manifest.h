#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/defaults.h"
#include "manifests/kinds/substitution.h"
#include "manifests/kinds/wrangler_code.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

constexpr std::string_view kApiVersion = "plumbline.dev/v1beta1";

constexpr std::string_view kDefaultsKind = "Defaults";

/// The largest manifest that is read, in bytes.
constexpr std::size_t kMaxManifestBytes = 1024UL * 1024;

/// A path or pattern as written in a manifest, relative to the manifest's folder.
struct WrittenPath {
  std::string text;
  SourceLocation where;
};

/// An entry of `secrets`. Parts that it leaves out come from the source's options.
struct WrittenSecret {
  std::string name;
  std::optional<std::string> store;
  std::optional<std::string> key;
  SourceLocation where;
};

/// A Worker, as far as its manifest alone defines it.
struct WorkerDraft {
  DesiredWorker worker;  ///< without modules and secrets
  std::optional<WrittenPath> entry;
  std::vector<WrittenPath> modules;
  /// Set for a wrangler config with code, and replaces `entry` and `modules`; never changed.
  std::shared_ptr<const WranglerCode> wrangler;
  std::optional<WrittenPath> account;  ///< the account that a wrangler config names, if it names one
  std::vector<WrittenSecret> secrets;
  std::string base_name;  ///< `metadata.name`, by which other manifests refer to it; empty: the same as its name
  bool absent = false;    ///< the Worker does not exist in this environment
  /// The manifest has an error. The name may be known all the same.
  bool broken = false;
};

/// A ZoneWorker, as far as its manifest alone defines it.
struct ZoneWorkerDraft {
  DesiredZoneWorker worker;  ///< without its script
  std::optional<WrittenPath> script;
  bool broken = false;
};

/// Everything except its bytes that decides what a file means.
struct ParseContext {
  std::string environment;
  Values values;
  bool values_in_doubt = false;  ///< a file of values cannot be read, so the meaning of `${NAME}` is unknown
  std::shared_ptr<const FolderDefaults> defaults;  ///< nullptr: none
};

/// The content of one file. It depends only on path, bytes and context, so it can be cached.
struct ManifestFile {
  bool is_manifest = false;   ///< at least one document is one of Plumbline's
  bool is_set_aside = false;  ///< it is known, but defines nothing that is managed here: a project of Pages
  std::vector<WorkerDraft> workers;
  std::vector<ZoneWorkerDraft> zone_workers;
  std::vector<std::string> environments;  ///< those for which it says what is different
  std::vector<std::string> mentioned;     ///< names that a manifest mentions, even if only in a comment; sorted
  std::vector<Diagnostic> diagnostics;
};

/// The documents of a text that could be Plumbline's, and the names that it mentions. It depends on the text and on
/// whether that is JSON, and on nothing else, but for the paths in diagnostics.
struct ManifestText {
  std::vector<YamlDocument> documents;
  std::vector<std::string> mentioned;  ///< sorted
  bool may_hold_defaults = false;      ///< parse_defaults() may find something in it

  /// Whether everything in it could be read.
  [[nodiscard]] bool is_sound() const;
};

/// Reads the documents of a text. Those that are surely somebody else's are left out.
ManifestText read_documents(const std::string& path, std::string_view text);

/// Whether the text shows that the file could be a manifest: it says `plumbline.dev/`, or has a kind that manifests
/// have. This is cheap; parse_manifest() decides.
bool may_be_manifest(std::string_view text);

/// Whether a text in UTF-16 or UTF-32 could be a manifest. Such a file is an error, because manifests are UTF-8.
bool may_be_wide_manifest(std::string_view text);

/// The documents of `kind: Defaults` in a file. For a document that cannot be read and may be one, the list has a
/// broken layer. parse_manifest() reports their problems.
std::vector<std::shared_ptr<const DefaultsLayer>> parse_defaults(const TreeEntry& entry, std::string_view text);

/// The same, of documents that are sound.
std::vector<std::shared_ptr<const DefaultsLayer>> parse_defaults(const TreeEntry& entry, const ManifestText& text);

/// Reads a YAML or JSON file. Documents that are not Plumbline's are ignored.
ManifestFile parse_manifest(const std::string& path, std::string_view text, const ParseContext& context = {});

/// The same, of a text that may be a manifest.
ManifestFile parse_manifest(const std::string& path, ManifestText text, const ParseContext& context);

}  // namespace plumbline::manifests
