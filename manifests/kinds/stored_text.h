#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manifests/kinds/manifest.h"
#include "manifests/kinds/parse_store.h"
#include "manifests/sources/source_tree.h"

/// What a ParseStore keeps of texts that may be manifests.
namespace plumbline::manifests {

/// What the store knows of a text.
struct StoredText {
  bool may_be_manifest = false;
  bool may_hold_defaults = false;
  std::string_view bytes;  ///< of the documents; valid as long as what the store has found
};

/// By what the store knows a text: the id of a blob, or of a file without one the sha256 of its text. The path counts
/// where it says how the text is read.
std::string store_key(std::string_view path, std::string_view id);

/// Nothing if the store does not know the text.
std::optional<StoredText> stored_text(ParseStore& store, const std::string& key);

/// The documents of such a text; nothing if the bytes are not what they should be.
std::optional<ManifestText> read_stored(const StoredText& stored);

/// What to keep of a text that is no manifest.
std::string no_manifest_stored();

/// What to keep of the documents of a text. Only those of which nothing is wrong may be kept: what a person wrote by
/// mistake, perhaps the value of a secret, stays where it is.
std::string to_stored(const ManifestText& text);

}  // namespace plumbline::manifests
