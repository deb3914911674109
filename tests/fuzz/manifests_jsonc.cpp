#include "manifests/documents/jsonc.h"

#include "tests/fuzz/document.h"

namespace plumbline::fuzz {

void run(std::string_view input) {
  check_document(manifests::parse_jsonc("fuzz.jsonc", input, {.bytes = std::size_t{64} * 1024}), input);
}

}  // namespace plumbline::fuzz
