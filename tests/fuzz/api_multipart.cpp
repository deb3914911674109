#include "api/multipart.h"

#include <algorithm>

#include "tests/fuzz/fuzz.h"

// The content type in the first line, then the body.
namespace plumbline::fuzz {

void run(std::string_view input) {
  const auto content_type = take_line(input);
  const auto parts = api::read_form(content_type, input);
  if (!parts) return;
  // Written in WHATWG's way, in which a backslash means itself; read also in the way of others, where it escapes.
  if (std::ranges::any_of(*parts, [](const auto& part) {
        return part.name.contains('\\') || part.filename.value_or("").contains('\\');
      })) {
    return;
  }
  const auto form = api::write_form(*parts);
  const auto again = api::read_form(form.content_type, form.body);
  require(again.has_value() && again->size() == parts->size(), "a form that is written can be read");
  for (std::size_t i = 0; i < parts->size(); ++i) {
    require((*again)[i].bytes == (*parts)[i].bytes, "and holds the same bytes");
    require((*again)[i].name == (*parts)[i].name, "under the same names");
  }
}

}  // namespace plumbline::fuzz
