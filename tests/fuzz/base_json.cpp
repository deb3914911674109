#include "base/json.h"

#include "tests/fuzz/fuzz.h"

namespace plumbline::fuzz {

void run(std::string_view input) {
  const auto parsed = parse_json(input);
  if (!parsed) {
    require(!parsed.error().message.empty(), "an error has a message");
    return;
  }
  for (const auto& text : {to_text(*parsed), to_canonical_text(*parsed), to_pretty_text(*parsed)}) {
    const auto again = parse_json(text);
    require(again.has_value(), "what is written can be read");
    require(equal(*again, *parsed), "and is the same");
    require(to_canonical_text(*again) == to_canonical_text(*parsed), "equal documents are equal bytes");
  }
}

}  // namespace plumbline::fuzz
