#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// Foreign text inside GitHub's Markdown. It is only ever put into code, where mentions, links, HTML and fences have no
/// effect. There is no function that escapes prose, because each renderer reads escapes differently.
namespace plumbline::markdown {

/// A code span on one line. Control characters are made visible, and the text is cut after `max_bytes`. Empty for an
/// empty text.
std::string code(std::string_view text, std::size_t max_bytes = 200);

/// The same for a cell of a table, where a bar would end the cell.
std::string cell(std::string_view text, std::size_t max_bytes = 200);

/// The same as HTML, for a place where Markdown is not read, such as `<summary>`.
std::string html_code(std::string_view text, std::size_t max_bytes = 200);

/// A fenced block of these lines. Each line is cut after 500 bytes. The block with its fence fits into `max_bytes` (at
/// least 200): lines that do not fit are left out at the end, and a last line says how many. Empty without lines.
std::string fenced(std::string_view language, const std::vector<std::string>& lines, std::size_t max_bytes);

/// `<!-- NAME {…} -->`. No value can end the comment early.
std::string marker(std::string_view name, const JsonObject& value);

}  // namespace plumbline::markdown
