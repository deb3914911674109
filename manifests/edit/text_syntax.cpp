#include "manifests/edit/text_syntax.h"

#include "manifests/documents/jsonc.h"
#include "manifests/documents/toml.h"

namespace plumbline::manifests {

TextSyntax syntax_of(std::string_view file, WrittenAs written_as) {
  if (file.ends_with(".toml")) return TextSyntax::toml;
  if (written_as == WrittenAs::wrangler_config || file.ends_with(".jsonc")) return TextSyntax::jsonc;
  return file.ends_with(".json") ? TextSyntax::json : TextSyntax::yaml;
}

std::vector<YamlDocument> parse_text(const std::string& file, std::string_view text, TextSyntax syntax) {
  switch (syntax) {
    case TextSyntax::toml:
      return {parse_toml(file, text)};
    case TextSyntax::jsonc:
      return {parse_jsonc(file, text)};
    case TextSyntax::yaml:
    case TextSyntax::json:
      break;
  }
  return parse_yaml(file, text);
}

}  // namespace plumbline::manifests
