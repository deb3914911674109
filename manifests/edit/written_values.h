#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "manifests/edit/tree_text.h"

namespace plumbline::manifests {

/// What a value takes over from the one that it replaces, or that stands beside it.
enum class Quotes : std::uint8_t { none, single_quotes, double_quotes };

/// The quotes of the value or key that begins at `at`.
Quotes quotes_at(const TreeText& text, std::size_t at);

/// A value in one line. Texts stand in `quotes` as far as they can. An error: TOML has no null.
Result<std::string> inline_text(const Json& value, TextSyntax syntax, Quotes quotes);

/// A key, with quotes only where they are needed or its neighbours have them.
std::string key_text(std::string_view key, TextSyntax syntax, Quotes quotes);

/// The sign between a key and its value: `: `, ` = `.
std::string_view assignment(TextSyntax syntax);

}  // namespace plumbline::manifests
