#include "manifests/manifest_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "manifests/sources/mentioned_names.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/stand_in.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

// If a file cannot be read, only its name tells what it is.
bool is_called_defaults(std::string_view path) {
  return to_lower(file_name(path)).contains("default");
}

// What is known about a file whose text cannot be read. `hidden` is empty if it can be read.
FileOutline hidden_outline(std::string_view path, std::string_view text) {
  FileOutline out;
  if (const auto what = stand_in_of(text)) {
    out.hidden = fmt::format("this file {}: it may be a manifest", *what);
    out.hidden_mend =
        fmt::format("{}; or, if it is not a manifest, name it in .plumblineignore", mend_of_stand_in(text));
    out.may_be_defaults = is_called_defaults(path);
  } else if (may_be_wide_manifest(text)) {
    out.hidden = "this manifest is not UTF-8";
    out.hidden_mend = "save it as UTF-8";
    out.may_be_defaults = is_called_defaults(path) || without_zeros(text).contains("Defaults");
  }
  return out;
}

std::shared_ptr<const FileOutline> outline_of(const TreeEntry& entry, std::string_view text) {
  auto found = std::make_shared<FileOutline>(hidden_outline(entry.path, text));
  found->may_be_manifest = found->hidden.empty() && may_be_manifest(text);
  if (found->may_be_manifest) found->defaults = parse_defaults(entry, text);
  return found;
}

// The text is known, so nothing of it is hidden.
std::shared_ptr<const FileOutline> outline_of(const TreeEntry& entry, const StoredText& stored) {
  auto found = std::make_shared<FileOutline>();
  found->may_be_manifest = stored.may_be_manifest;
  const auto text = stored.may_hold_defaults ? read_stored(stored) : std::nullopt;
  if (text) found->defaults = parse_defaults(entry, *text);
  return found;
}

bool is_no_manifest(const FileOutline& outline) {
  return outline.hidden.empty() && !outline.may_be_manifest;
}

// Equal texts mean equal contexts, apart from Defaults.
std::string key_of(const ParseContext& context) {
  if (context.values_in_doubt) return "values in doubt" + context.environment;
  if (context.environment.empty() && context.values.empty()) return {};
  JsonObject values;
  for (const auto& [name, value] : context.values) values[name] = value;
  return sha256_hex(to_canonical_text(Json{context.environment, std::move(values)}));
}

}  // namespace

ManifestReader::ManifestReader(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                               ReadBudget& budget, std::vector<Diagnostic>& diagnostics)
    : tree_(tree), cache_(cache), store_(cache.store()), budget_(budget), diagnostics_(diagnostics) {
  context_.environment = options.environment;
  context_.values = options.values;
  read_values(options.values_from);
  context_key_ = key_of(context_);
}

void ManifestReader::error(SourceLocation where, std::string summary, std::string detail) {
  diagnostics_.push_back({.where = std::move(where), .summary = std::move(summary), .detail = std::move(detail)});
}

// Later files take precedence over earlier ones, and values that are already set over all files.
void ManifestReader::read_values(const std::vector<std::string>& files) {
  Values from_files;
  for (const std::string& from_root : files) {
    const std::string file = path_in(tree_.prefix(), from_root);
    auto text = tree_.read(file, kMaxManifestBytes);
    if (!text) {
      const UnreadEntry* unread = unread_at_or_above(tree_, file);
      error({file}, unread != nullptr ? why_unread(*unread) : text.error().message,
            "values_from names this file, by its path from the root of the source. Until it can be read, Workers that "
            "use ${NAME} stay as they are");
      context_.values_in_doubt = true;
      continue;
    }
    ValuesFile values = parse_values(file, *text);
    context_.values_in_doubt = context_.values_in_doubt || has_errors(values.diagnostics);
    std::ranges::move(values.diagnostics, std::back_inserter(diagnostics_));
    for (auto& [name, value] : values.values) from_files.insert_or_assign(name, std::move(value));
  }
  context_.values.merge(from_files);
}

Result<void> ManifestReader::look_into(const TreeEntry& entry) {
  if (auto allowed = budget_.look_into(entry); !allowed) return allowed;
  auto candidate = outline(entry);
  if (candidate && !candidate->outline->hidden.empty()) {
    error({entry.path}, candidate->outline->hidden, candidate->outline->hidden_mend);
    if (candidate->outline->may_be_defaults) defaults_.doubt(folder_of(entry.path));
    return {};
  }
  if (!candidate || !candidate->outline->may_be_manifest) return {};
  for (const auto& layer : candidate->outline->defaults) {
    if (defaults_.add(layer)) continue;
    error(layer->where, "this folder already has a Defaults document", "merge the two into one document");
  }
  candidates_.push_back(*std::move(candidate));
  return {};
}

// Nothing if the file cannot be read; that is reported.
std::optional<ManifestReader::Candidate> ManifestReader::outline(const TreeEntry& entry) {
  if (auto known = cache_.outline(entry)) return Candidate{.entry = &entry, .outline = std::move(known)};
  Candidate candidate{.entry = &entry};
  look_up(candidate);
  if (!candidate.stored) {
    candidate.text = read_text(entry);
    if (!candidate.text) return std::nullopt;
    look_up(candidate);
  }
  candidate.outline = candidate.stored ? outline_of(entry, *candidate.stored) : outline_of(entry, *candidate.text);
  if (candidate.text && is_no_manifest(*candidate.outline) && !candidate.key.empty()) {
    store_->keep(candidate.key, no_manifest_stored());
  }
  cache_.keep_outline(entry, candidate.outline);
  return candidate;
}

// Asks the store for a file by its id, or else by its text, once that is read. What says that it holds a Defaults must
// be readable.
void ManifestReader::look_up(Candidate& candidate) const {
  const bool has_id = !candidate.entry->id.empty();
  if (store_ == nullptr || has_id == candidate.text.has_value()) return;
  candidate.key = store_key(candidate.entry->path, has_id ? candidate.entry->id : sha256_hex(*candidate.text));
  candidate.stored = stored_text(*store_, candidate.key);
  const bool is_odd = candidate.stored && candidate.stored->may_hold_defaults && !read_stored(*candidate.stored);
  if (is_odd) candidate.stored.reset();
}

std::optional<std::string> ManifestReader::read_text(const TreeEntry& entry) {
  auto text = tree_.read(entry.path, kMaxCandidateBytes);
  if (text) return *std::move(text);
  error({entry.path}, text.error().message, "if it is not a manifest, name it in .plumblineignore");
  if (is_called_defaults(entry.path)) defaults_.doubt(folder_of(entry.path));
  return std::nullopt;
}

bool ManifestReader::doubt(const UnreadEntry& entry) {
  const bool is_defaults = form_of(tree_, entry).file && (is_called_defaults(entry.path) || leads_to_defaults(entry));
  if (!is_defaults) return false;
  defaults_.doubt(folder_of(entry.path));
  error({entry.path}, why_unread(entry),
        "if this is a Defaults document, put the file itself in its place; until then the Workers below its folder "
        "stay as they are. If it is not, name it in .plumblineignore");
  return true;
}

bool ManifestReader::leads_to_defaults(const UnreadEntry& entry) const {
  const TreeEntry* target = target_of(tree_, entry);
  if (target == nullptr) return false;
  const auto text = tree_.read(target->path, kMaxManifestBytes);
  return text && !parse_defaults(*target, *text).empty();
}

std::shared_ptr<ParsedFile> ManifestReader::read(Candidate& candidate) {
  const TreeEntry& entry = *candidate.entry;
  context_.defaults = defaults_.at(folder_of(entry.path));
  // For the cache, a file in another context is another file.
  const std::string context = context_key_ + context_.defaults->key;
  if (auto known = cache_.manifest(entry, context)) return known;
  auto file = parse(candidate);
  candidate.text.reset();
  return file ? cache_.keep(entry, context, *std::move(file)) : nullptr;
}

// Nothing if the file cannot be read; that is reported.
std::optional<ManifestFile> ManifestReader::parse(Candidate& candidate) {
  const TreeEntry& entry = *candidate.entry;
  if (candidate.stored) {
    if (auto text = read_stored(*candidate.stored)) return parse_manifest(entry.path, *std::move(text), context_);
  }
  if (!candidate.text) candidate.text = read_text(entry);
  if (!candidate.text) return std::nullopt;
  auto text = read_documents(entry.path, *candidate.text);
  if (candidate.key.empty() || !text.is_sound()) return parse_manifest(entry.path, std::move(text), context_);
  auto bytes = to_stored(text);
  auto file = parse_manifest(entry.path, std::move(text), context_);
  if (!has_errors(file.diagnostics)) store_->keep(candidate.key, std::move(bytes));
  return file;
}

}  // namespace plumbline::manifests
