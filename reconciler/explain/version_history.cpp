#include "reconciler/explain/version_history.h"

#include <algorithm>

#include "reconciler/explain/words.h"
#include "reconciler/model/attestation.h"

namespace plumbline::reconciler {
namespace {

std::string member_text(const Json& object, std::string_view key) {
  return std::string(string_member(object, key));
}

// The lists of the two APIs hold who made a version in different places.
std::string made(const Json& version, std::string_view key) {
  if (auto text = member_text(version, key); !text.empty()) return text;
  const auto* metadata = member(version, "metadata");
  return metadata != nullptr ? member_text(*metadata, key) : std::string();
}

// `<revision>, <file>; …`: of a release that named no writer as well, which has no author.
std::string revision_in(const Json* annotations) {
  if (!attestation_of(annotations)) return {};
  const auto message = string_member(*annotations, "workers/message");
  return std::string(message.substr(0, message.find(", ")));
}

VersionEntry version_entry(const Json& version) {
  VersionEntry entry{.time = made(version, "created_on"),
                     .author = made(version, "author_email"),
                     .source = made(version, "source"),
                     .version = member_text(version, "id")};
  const auto* annotations = member(version, "annotations");
  if (annotations == nullptr) return entry;
  entry.tag = member_text(*annotations, "workers/tag");
  entry.revision = revision_in(annotations);
  entry.file = manifest_file_of(annotations);
  if (entry.revision.empty()) entry.message = member_text(*annotations, "workers/message");
  return entry;
}

}  // namespace

std::vector<VersionEntry> history_of_versions(const JsonArray& versions) {
  std::vector<VersionEntry> out;
  for (const auto& version : versions) {
    if (!version.is_object()) continue;
    auto entry = version_entry(version);
    // In which order the beta list shows them is not documented. RFC 3339 in UTC sorts as text.
    const auto place = std::ranges::upper_bound(out, entry.time, std::ranges::greater(), &VersionEntry::time);
    out.insert(place, std::move(entry));
  }
  return out;
}

Json to_json(const VersionEntry& entry) {
  return {{"time", text_or_null(entry.time)},         {"author", text_or_null(entry.author)},
          {"source", text_or_null(entry.source)},     {"version", text_or_null(entry.version)},
          {"revision", text_or_null(entry.revision)}, {"file", text_or_null(entry.file)},
          {"message", text_or_null(entry.message)},   {"tag", text_or_null(entry.tag)}};
}

}  // namespace plumbline::reconciler
