#include "manifests/manifest_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "manifests/paths.h"

namespace plumbline::manifests {
namespace {

// A file that says that it is ours and is larger than a manifest may be is an error, so it has to be
// looked into.
constexpr std::uint64_t kMaxCandidateBytes = 25ULL * 1024 * 1024;

// Equal texts are equal contexts, Defaults apart.
std::string key_of(const ParseContext& context) {
  if (context.environment.empty() && context.values.empty()) return {};
  JsonObject values;
  for (const auto& [name, value] : context.values) values[name] = value;
  return sha256_hex(to_canonical_text(Json{context.environment, std::move(values)}));
}

}  // namespace

ManifestReader::ManifestReader(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                               ReadBudget& budget, std::vector<Diagnostic>& diagnostics)
    : tree_(tree), cache_(cache), budget_(budget), diagnostics_(diagnostics) {
  context_.environment = options.environment;
  context_.values = options.values;
  read_values(options.values_from);
  context_key_ = key_of(context_);
}

void ManifestReader::error(SourceLocation where, std::string summary, std::string detail) {
  diagnostics_.push_back({.where = std::move(where), .summary = std::move(summary), .detail = std::move(detail)});
}

// Later files win over earlier ones, and what is set already over all of them.
void ManifestReader::read_values(const std::vector<std::string>& files) {
  Values from_files;
  for (const std::string& file : files) {
    auto text = tree_.read(file, kMaxManifestBytes);
    if (!text) {
      error({file}, text.error().message, "values_from names it, from the root of the source");
      continue;
    }
    ValuesFile values = parse_values(file, *text);
    std::ranges::move(values.diagnostics, std::back_inserter(diagnostics_));
    for (auto& [name, value] : values.values) from_files.insert_or_assign(name, std::move(value));
  }
  context_.values.merge(from_files);
}

Result<void> ManifestReader::look_into(const TreeEntry& entry) {
  if (auto allowed = budget_.look_into(entry); !allowed) return allowed;
  auto candidate = outline(entry);
  if (!candidate || !candidate->outline->may_be_manifest) return {};
  for (const auto& layer : candidate->outline->defaults) {
    if (defaults_.add(layer)) continue;
    error(layer->where, "this folder has a Defaults already", "put all of it into one document");
  }
  candidates_.push_back(*std::move(candidate));
  return {};
}

// Nothing if the file cannot be read; that is reported.
std::optional<ManifestReader::Candidate> ManifestReader::outline(const TreeEntry& entry) {
  if (auto known = cache_.outline(entry)) return Candidate{&entry, std::move(known), {}};
  auto text = read_text(entry);
  if (!text) return std::nullopt;
  auto found = std::make_shared<FileOutline>();
  found->may_be_manifest = may_be_manifest(*text);
  if (found->may_be_manifest) found->defaults = parse_defaults(entry, *text);
  cache_.keep_outline(entry, found);
  return Candidate{&entry, std::move(found), std::move(text)};
}

std::optional<std::string> ManifestReader::read_text(const TreeEntry& entry) {
  auto text = tree_.read(entry.path, kMaxCandidateBytes);
  if (text) return *std::move(text);
  error({entry.path}, text.error().message, "name it in .plumblineignore if it is no manifest");
  return std::nullopt;
}

std::shared_ptr<ParsedFile> ManifestReader::read(Candidate& candidate) {
  const TreeEntry& entry = *candidate.entry;
  context_.defaults = defaults_.at(folder_of(entry.path));
  // To the cache, a file under another context is another file.
  const std::string context = context_key_ + context_.defaults->key;
  if (auto known = cache_.manifest(entry, context)) return known;
  auto text = std::exchange(candidate.text, {});
  if (!text) text = read_text(entry);
  if (!text) return nullptr;
  return cache_.keep(entry, context, parse_manifest(entry.path, *text, context_));
}

}  // namespace plumbline::manifests
