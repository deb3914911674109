#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace plumbline::reconciler {

/// What happened to a Worker, as one of its versions tells.
struct VersionEntry {
  std::string time;      ///< RFC 3339, as the service sends it; may be empty
  std::string author;    ///< e-mail address; may be empty
  std::string source;    ///< `dash`, `wrangler`, `api`, …; may be empty
  std::string version;   ///< id
  std::string revision;  ///< `main@sha1:<40 hex>`; empty: Plumbline did not make it
  std::string file;      ///< manifest of which Plumbline made it; empty: it did not, or the name was too long
  std::string message;   ///< what whoever made it wrote; empty for those of Plumbline
  std::string tag;       ///< `workers/tag`; may be empty

  friend bool operator==(const VersionEntry&, const VersionEntry&) = default;
};

/// Versions as any of the API's reads lists them, the newest first: `api::list_newest_versions`, whose items bear
/// annotations, or `api::list_versions`, whose items need not. Where the journal knows nothing, this is the history.
std::vector<VersionEntry> history_of_versions(const JsonArray& versions);

/// {time, author, source, version, revision, file, message, tag}; what is not known is null.
Json to_json(const VersionEntry& entry);

}  // namespace plumbline::reconciler
