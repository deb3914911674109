#pragma once

#include <string>

#include "base/result.h"
#include "manifests/edit/byte_edits.h"
#include "manifests/edit/edit_steps.h"
#include "manifests/edit/tree_text.h"
#include "manifests/edit/written_values.h"

/// Removes and inserts, by the form in which the list or map is written. For byte_edits.cpp alone.
namespace plumbline::manifests {

Result<ByteEdits> edit_in_braces(const EditStep& step, const TreeText& text);
/// In lines of YAML.
Result<ByteEdits> edit_in_block(const EditStep& step, const TreeText& text);
/// In a table of TOML.
Result<ByteEdits> edit_in_table(const EditStep& step, const TreeText& text, const YamlNode& root);

// What the forms share. A member is an item of a list, or a key of a map with its value.

std::unexpected<Error> comment_inside();
std::size_t member_count(const YamlNode& node);
/// The item, or the value of the key.
const YamlNode& value_of_member(const YamlNode& parent, std::size_t index);
/// Of the same.
Result<Span> value_span(const YamlNode& parent, std::size_t index, const TreeText& text);
/// Where a member begins: at its key.
Result<std::size_t> member_begin(const YamlNode& parent, std::size_t index, const TreeText& text);

enum class Of : std::uint8_t { keys, values };
/// In which quotes the first of the texts beside it stands.
Quotes quotes_of_neighbour(const YamlNode& parent, const TreeText& text, Of which);
/// What an insert adds, in one line: `key: value`, or the value alone.
Result<std::string> member_text(const EditStep& step, const TreeText& text, Quotes of_keys, Quotes of_values);

}  // namespace plumbline::manifests
