#include <optional>
#include <string>

#include "manifests/kinds/stored_text.h"
#include "tests/fuzz/document.h"

// What the cache on disk holds of a text: the input stands for bytes whose digest is right.
namespace plumbline::fuzz {
namespace {

std::optional<manifests::ManifestText> read(std::string_view bytes) {
  return manifests::read_stored({.may_be_manifest = true, .may_hold_defaults = true, .bytes = bytes});
}

}  // namespace

void run(std::string_view input) {
  const auto text = read(input);
  if (!text) return;
  for (const auto& document : text->documents) check_node(document.root);
  const std::string stored = manifests::to_stored(*text);
  const auto again = read(std::string_view(stored).substr(1));
  require(again.has_value() && manifests::to_stored(*again) == stored, "what was read is stored and read alike");
  manifests::parse_manifest("fuzz.yaml", *text, {});
}

}  // namespace plumbline::fuzz
