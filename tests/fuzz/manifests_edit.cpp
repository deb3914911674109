#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "manifests/edit/document_edit.h"
#include "manifests/edit/text_syntax.h"
#include "tests/fuzz/document.h"

// A value that changes in a file. The first line of the input: the syntax (y, j, c or t) and the keys that lead to the
// value; the second: the value, or nothing for a key that goes; the rest is the file.
namespace plumbline::fuzz {
namespace {

std::string file_of(std::string_view syntax) {
  if (syntax == "j") return "fuzz.json";
  if (syntax == "c") return "fuzz.jsonc";
  return syntax == "t" ? "fuzz.toml" : "fuzz.yaml";
}

std::vector<Json> values_of(const std::string& file, std::string_view text) {
  const auto documents = manifests::parse_text(file, text, manifests::syntax_of(file));
  std::vector<Json> out;
  out.reserve(documents.size());
  for (const auto& document : documents) {
    require(!has_errors(document.diagnostics), "a file that was changed can be read");
    out.push_back(to_json(document.root));
  }
  return out;
}

const Json* at(const Json& document, const std::vector<std::string>& path) {
  const auto* value = &document;
  for (const auto& key : path) {
    if (value != nullptr) value = member(*value, key);
  }
  return value;
}

}  // namespace

void run(std::string_view input) {
  const auto keys = split(take_line(input), '/');
  const auto file = file_of(keys.front());
  const std::vector<std::string> path(keys.begin() + 1, keys.end());
  const auto line = take_line(input);
  std::optional<Json> value;
  if (!line.empty()) {
    auto parsed = parse_json(line);
    if (!parsed) return;
    value = *std::move(parsed);
  }
  constexpr std::size_t kMost = std::size_t{16} * 1024;
  if (path.empty() || input.size() > kMost) return;
  const auto edited = manifests::edit_document(file, input, 0, {{path, value}});
  if (!edited) {
    require(!edited.error().message.empty(), "who refuses says why");
    return;
  }
  const auto before = values_of(file, input);
  const auto after = values_of(file, *edited);
  require(before.size() == after.size(), "no document comes or goes");
  for (std::size_t i = 1; i < before.size(); ++i) require(equal(before[i], after[i]), "other documents stay");
  const auto* made = at(after.front(), path);
  require(value ? made != nullptr && equal(*made, *value) : made == nullptr, "the file says what was wanted");
  const auto again = manifests::edit_document(file, *edited, 0, {{path, value}});
  require(again && *again == *edited, "what is so already changes nothing");
}

}  // namespace plumbline::fuzz
