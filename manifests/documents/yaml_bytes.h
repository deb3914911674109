#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "manifests/documents/yaml.h"

/// Trees of YAML as bytes, for a cache: to read them is a hundredth of the work of parsing the text.
namespace plumbline::manifests {

/// Appends a tree of one file, with its positions.
void append_yaml(std::string& bytes, const YamlNode& node);

/// Takes such a tree from the front of `bytes`; nothing if they do not begin with a whole one.
std::optional<YamlNode> take_yaml(std::string_view& bytes);

/// Numbers and texts in the same form.
void append_number(std::string& bytes, std::uint64_t number);
void append_text(std::string& bytes, std::string_view text);
std::optional<std::uint64_t> take_number(std::string_view& bytes);
std::optional<std::string_view> take_text(std::string_view& bytes);

}  // namespace plumbline::manifests
