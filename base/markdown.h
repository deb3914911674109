#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// Text that is not ours inside GitHub's Markdown. It is only ever put into code, where neither a mention, a link, HTML
/// nor a fence is one: there is no escaping of prose, which each renderer reads otherwise.
namespace plumbline::markdown {

/// As a code span on one line: control characters are made visible, and it is cut after `max_bytes`. Empty for an empty
/// text.
std::string code(std::string_view text, std::size_t max_bytes = 200);

/// The same in a cell of a table, which a bar would end.
std::string cell(std::string_view text, std::size_t max_bytes = 200);

/// The same for a place where Markdown is not read, as in `<summary>`.
std::string html_code(std::string_view text, std::size_t max_bytes = 200);

/// A fenced block of these lines. Lines are cut after 500 bytes; of lines that do not fit into `max_bytes` (at least
/// 200) with the fence, the last ones are left out, which a line at the end says. Empty without lines.
std::string fenced(std::string_view language, const std::vector<std::string>& lines, std::size_t max_bytes);

/// `<!-- NAME {…} -->`, which no value can end.
std::string marker(std::string_view name, const JsonObject& value);

}  // namespace plumbline::markdown
