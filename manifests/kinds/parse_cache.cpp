#include "manifests/kinds/parse_cache.h"

#include <fmt/format.h>

#include <utility>

namespace plumbline::manifests {
namespace {

constexpr std::string_view kDigestQuestion = "sha256";

}  // namespace

template <class Value>
Value* ParseCache::Memory<Value>::find(const KeyView& key) {
  if (key.id.empty()) return nullptr;
  const auto found = kept_.find(key);
  return found == kept_.end() ? nullptr : &used(found->second);
}

template <class Value>
Value& ParseCache::Memory<Value>::at(const KeyView& key) {
  const auto found = kept_.find(key);
  if (found != kept_.end()) return used(found->second);
  return used(kept_.emplace(Key{std::string(key.id), std::string(key.name)}, Kept()).first->second);
}

template <class Value>
Value& ParseCache::Memory<Value>::used(Kept& kept) {
  if (std::exchange(kept.load, load_) != load_) ++used_;
  return kept.value;
}

template <class Value>
void ParseCache::Memory<Value>::end_load() {
  if (used_ != kept_.size()) std::erase_if(kept_, [this](const auto& one) { return one.second.load != load_; });
  ++load_;
  used_ = 0;
}

// Diagnostics hold the path, so the same bytes at two paths are two files.
std::shared_ptr<ParsedFile> ParseCache::manifest(const TreeEntry& entry, std::string_view context) {
  const KnownFile* known = files_.find({entry.id, entry.path});
  return known != nullptr && known->context == context ? known->parsed : nullptr;
}

std::shared_ptr<ParsedFile> ParseCache::keep(const TreeEntry& entry, std::string_view context, ManifestFile file) {
  ++counters_.parsed;
  auto parsed = std::make_shared<ParsedFile>(std::move(file));
  if (entry.id.empty()) return parsed;
  KnownFile& known = files_.at({entry.id, entry.path});
  known.context = context;
  known.parsed = parsed;
  return parsed;
}

std::shared_ptr<const FileOutline> ParseCache::outline(const TreeEntry& entry) {
  const KnownFile* known = files_.find({entry.id, entry.path});
  return known != nullptr ? known->outline : nullptr;
}

void ParseCache::keep_outline(const TreeEntry& entry, std::shared_ptr<const FileOutline> outline) {
  if (!entry.id.empty()) files_.at({entry.id, entry.path}).outline = std::move(outline);
}

const std::string* ParseCache::digest(const TreeEntry& entry) {
  if (const std::string* known = digests_.find({entry.id, {}})) return known;
  std::string known = stored(entry, kDigestQuestion);
  if (known.empty()) return nullptr;
  std::string& kept = digests_.at({entry.id, {}});
  kept = std::move(known);
  return &kept;
}

void ParseCache::keep_digest(const TreeEntry& entry, const std::string& sha256) {
  ++counters_.digested;
  if (entry.id.empty()) return;
  digests_.at({entry.id, {}}) = sha256;
  keep_stored(entry, kDigestQuestion, sha256);
}

std::string ParseCache::answer(const TreeEntry& entry, std::string_view question) {
  if (const std::string* known = answers_.find({entry.id, question})) return *known;
  std::string known = stored(entry, question);
  if (!known.empty()) answers_.at({entry.id, question}) = known;
  return known;
}

void ParseCache::keep_answer(const TreeEntry& entry, std::string_view question, const std::string& answer) {
  if (entry.id.empty()) return;
  answers_.at({entry.id, question}) = answer;
  keep_stored(entry, question, answer);
}

std::string ParseCache::stored(const TreeEntry& entry, std::string_view question) const {
  if (store_ == nullptr || entry.id.empty()) return {};
  return std::string(store_->find(fmt::format("{}: {}", question, entry.id)));
}

void ParseCache::keep_stored(const TreeEntry& entry, std::string_view question, const std::string& answer) const {
  if (store_ != nullptr && !answer.empty()) store_->keep(fmt::format("{}: {}", question, entry.id), answer);
}

std::size_t ParseCache::number_of(FinishConditions conditions) {
  if (conditions_number_ == 0 || conditions != conditions_) {
    conditions_ = std::move(conditions);
    ++conditions_number_;
  }
  return conditions_number_;
}

void ParseCache::end_load() {
  files_.end_load();
  digests_.end_load();
  answers_.end_load();
}

}  // namespace plumbline::manifests
