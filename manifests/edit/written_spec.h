#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "manifests/documents/yaml.h"
#include "manifests/edit/accept.h"

namespace plumbline::manifests {

/// Where a value stands in the documents of a file.
struct WrittenPlace {
  std::vector<std::string> path;   ///< from the root of the document
  const YamlNode* node = nullptr;  ///< what stands there; null: nothing yet
};

/// The place of a value of a Worker's spec in its manifest, where that alone decides about it.
Result<WrittenPlace, NotAccepted> place_in_manifest(const WrittenWorker& worker, const YamlNode& root,
                                                    const AcceptedValue& value);

/// The same for a wrangler config, with the value in its words.
struct WranglerPlace {
  WrittenPlace place;
  AcceptedValue value;
};
Result<WranglerPlace, NotAccepted> place_in_wrangler_config(const WrittenWorker& worker, const YamlNode& root,
                                                            const AcceptedValue& value);

/// The node at `path`; null if it is not there.
const YamlNode* find_path(const YamlNode& root, const std::vector<std::string>& path);

}  // namespace plumbline::manifests
