#include "manifests/parse_cache.h"

#include <fmt/format.h>

#include <utility>

namespace plumbline::manifests {
namespace {

// Diagnostics hold the path, so that the same bytes in two places are two files.
std::string key_of(const TreeEntry& entry) {
  return entry.id + ' ' + entry.path;
}

}  // namespace

template <class Value>
Value ParseCache::Generations<Value>::find(const std::string& key) {
  if (const auto found = current.find(key); found != current.end()) return found->second;
  auto node = previous.extract(key);
  if (node.empty()) return {};
  return current.insert(std::move(node)).position->second;
}

template <class Value>
void ParseCache::Generations<Value>::end_load() {
  previous = std::exchange(current, {});
}

std::shared_ptr<const ManifestFile> ParseCache::manifest(const TreeEntry& entry) {
  return entry.id.empty() ? nullptr : manifests_.find(key_of(entry));
}

void ParseCache::keep(const TreeEntry& entry, std::shared_ptr<const ManifestFile> file) {
  ++counters_.parsed;
  if (!entry.id.empty()) manifests_.current.insert_or_assign(key_of(entry), std::move(file));
}

std::shared_ptr<const FileOutline> ParseCache::outline(const TreeEntry& entry) {
  return entry.id.empty() ? nullptr : outlines_.find(key_of(entry));
}

void ParseCache::keep_outline(const TreeEntry& entry, std::shared_ptr<const FileOutline> outline) {
  if (!entry.id.empty()) outlines_.current.insert_or_assign(key_of(entry), std::move(outline));
}

std::string ParseCache::digest(const TreeEntry& entry) {
  return entry.id.empty() ? std::string() : digests_.find(entry.id);
}

void ParseCache::keep_digest(const TreeEntry& entry, const std::string& sha256) {
  ++counters_.digested;
  if (!entry.id.empty()) digests_.current.insert_or_assign(entry.id, sha256);
}

std::string ParseCache::answer(const TreeEntry& entry, std::string_view question) {
  return entry.id.empty() ? std::string() : answers_.find(fmt::format("{} {}", entry.id, question));
}

void ParseCache::keep_answer(const TreeEntry& entry, std::string_view question, const std::string& answer) {
  if (!entry.id.empty()) answers_.current.insert_or_assign(fmt::format("{} {}", entry.id, question), answer);
}

void ParseCache::end_load() {
  manifests_.end_load();
  outlines_.end_load();
  digests_.end_load();
  answers_.end_load();
}

}  // namespace plumbline::manifests
