#include "manifests/kinds/stored_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "manifests/documents/yaml_bytes.h"

// A value of the store: a byte (the flags below); names, and then documents, each behind its number.
namespace plumbline::manifests {
namespace {

constexpr unsigned kManifest = 1;
constexpr unsigned kDefaults = 2;

bool holds_defaults(const ManifestText& text) {
  return text.may_hold_defaults && std::ranges::any_of(text.documents, [](const YamlDocument& one) {
           return one.root.text_at("kind") == kDefaultsKind;
         });
}

}  // namespace

std::string store_key(std::string_view path, std::string_view id) {
  return fmt::format("{} {}", path.ends_with(".json") ? "json" : "yaml", id);
}

std::optional<StoredText> stored_text(ParseStore& store, const std::string& key) {
  const auto value = store.find(key);
  if (value.empty()) return std::nullopt;
  const auto flags = static_cast<unsigned char>(value.front());
  return StoredText{(flags & kManifest) != 0, (flags & kDefaults) != 0, value.substr(1)};
}

std::optional<ManifestText> read_stored(const StoredText& stored) {
  ManifestText text{.documents = {}, .mentioned = {}, .may_hold_defaults = stored.may_hold_defaults};
  std::string_view bytes = stored.bytes;
  const auto names = take_number(bytes);
  for (std::uint64_t i = 0; names && i < *names; ++i) {
    const auto name = take_text(bytes);
    if (!name) return std::nullopt;
    text.mentioned.emplace_back(*name);
  }
  const auto documents = take_number(bytes);
  if (!documents || *documents > bytes.size()) return std::nullopt;
  text.documents.reserve(*documents);
  for (std::uint64_t i = 0; i < *documents; ++i) {
    auto root = take_yaml(bytes);
    if (!root) return std::nullopt;
    text.documents.push_back({.root = *std::move(root)});
  }
  if (!bytes.empty()) return std::nullopt;
  return text;
}

std::string no_manifest_stored() {
  return std::string(1, '\0');
}

std::string to_stored(const ManifestText& text) {
  std::string bytes(1, static_cast<char>(kManifest + (holds_defaults(text) ? kDefaults : 0U)));
  append_number(bytes, text.mentioned.size());
  for (const std::string& name : text.mentioned) append_text(bytes, name);
  append_number(bytes, text.documents.size());
  for (const YamlDocument& document : text.documents) append_yaml(bytes, document.root);
  return bytes;
}

}  // namespace plumbline::manifests
