#include "simulator/multipart.h"

#include "tests/fuzz/fuzz.h"

// The content type in the first line, then the body.
namespace plumbline::fuzz {

void run(std::string_view input) {
  const auto boundary = simulator::boundary_of(take_line(input));
  if (!boundary) return;
  const auto parts = simulator::read_multipart(input, *boundary);
  if (!parts) return;
  for (const auto& part : *parts) {
    require(part.body.empty() || (part.body.data() >= input.data() &&
                                  part.body.data() + part.body.size() <= input.data() + input.size()),
            "a part lies in the body");
  }
}

}  // namespace plumbline::fuzz
