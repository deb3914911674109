#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/documents/yaml.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// How a file is written. `json`: one of Plumbline's manifests in JSON, which is read as YAML.
enum class TextSyntax : std::uint8_t { yaml, json, jsonc, toml };

/// By the end of the file's name. wrangler's configs in JSON may hold comments, whatever they are called.
TextSyntax syntax_of(std::string_view file, WrittenAs written_as = WrittenAs::manifest);

/// Reads all documents of a file.
std::vector<YamlDocument> parse_text(const std::string& file, std::string_view text, TextSyntax syntax);

}  // namespace plumbline::manifests
