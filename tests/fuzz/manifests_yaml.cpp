#include "manifests/documents/yaml.h"

#include "manifests/documents/json_escapes.h"
#include "tests/fuzz/document.h"

namespace plumbline::fuzz {

void run(std::string_view input) {
  const std::string text = manifests::join_surrogates(input);
  for (const auto& document : manifests::parse_yaml("fuzz.yaml", text, {.bytes = std::size_t{64} * 1024})) {
    check_document(document, input);
  }
}

}  // namespace plumbline::fuzz
