#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/kinds/defaults.h"
#include "manifests/kinds/substitution.h"
#include "manifests/kinds/wrangler_code.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

constexpr std::string_view kApiVersion = "plumbline.dev/v1beta1";

/// The largest manifest that is read.
constexpr std::size_t kMaxManifestBytes = 1024UL * 1024;

/// A path or pattern as a manifest writes it, relative to the manifest's folder.
struct WrittenPath {
  std::string text;
  SourceLocation where;
};

/// An entry of `secrets`; what is not written comes from the source's options.
struct WrittenSecret {
  std::string name;
  std::optional<std::string> store;
  std::optional<std::string> key;
  SourceLocation where;
};

/// A Worker as far as its manifest alone tells it.
struct WorkerDraft {
  DesiredWorker worker;  ///< without modules and secrets
  std::optional<WrittenPath> entry;
  std::vector<WrittenPath> modules;
  /// Of a wrangler config with code, instead of `entry` and `modules`; never changed.
  std::shared_ptr<const WranglerCode> wrangler;
  std::optional<WrittenPath> account;  ///< that a wrangler config names, where it names one
  std::vector<WrittenSecret> secrets;
  std::string base_name;  ///< `metadata.name`, by which other manifests refer to it; empty: its name
  bool absent = false;    ///< it is not in this environment
  /// The manifest has an error; the name, if it is not empty, is still worth knowing.
  bool broken = false;
};

/// A ZoneWorker as far as its manifest alone tells it.
struct ZoneWorkerDraft {
  DesiredZoneWorker worker;  ///< without its script
  std::optional<WrittenPath> script;
  bool broken = false;
};

/// What beside its bytes decides on what a file means.
struct ParseContext {
  std::string environment;
  Values values;
  bool values_in_doubt = false;  ///< a file of values cannot be read: nobody knows what a `${NAME}` stands for
  std::shared_ptr<const FolderDefaults> defaults;  ///< nullptr: none
};

/// What one file holds: a function of its path, its bytes and the context alone, so that it can be
/// kept.
struct ManifestFile {
  bool is_manifest = false;   ///< at least one document is ours
  bool is_set_aside = false;  ///< it is known, but nothing that is managed here: a project of Pages
  std::vector<WorkerDraft> workers;
  std::vector<ZoneWorkerDraft> zone_workers;
  std::vector<std::string> mentioned;  ///< of a manifest: names that it says, if only in a comment; sorted
  std::vector<Diagnostic> diagnostics;
};

/// Whether a file could be a manifest by its text: it says `plumbline.dev/`, or has a kind that
/// manifests have. Cheap; parse_manifest knows for sure.
bool may_be_manifest(std::string_view text);

/// Whether a text that is UTF-16 or UTF-32 could be a manifest. Such a file is an error: manifests are UTF-8.
bool may_be_wide_manifest(std::string_view text);

/// The documents of `kind: Defaults` in a file, and a broken one where a document that cannot be read may be one. What
/// is wrong with them is said by parse_manifest.
std::vector<std::shared_ptr<const DefaultsLayer>> parse_defaults(const TreeEntry& entry, std::string_view text);

/// Reads a YAML or JSON file. Documents of others in it are left alone.
ManifestFile parse_manifest(const std::string& path, std::string_view text, const ParseContext& context = {});

}  // namespace plumbline::manifests
