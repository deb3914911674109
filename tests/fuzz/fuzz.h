#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What the fuzz targets share. Each of them defines run(); entry.cpp is libFuzzer's side.
namespace plumbline::fuzz {

/// Takes one input. Whatever it holds, this returns: no crash, no leak, no endless loop, and every
/// require() holds.
void run(std::string_view input);

/// A property of every input. Aborts with its text if it does not hold, which libFuzzer reports as a
/// crash.
void require(bool holds, std::string_view property);

/// Removes the first line from `input` and returns it, without its end; for targets that take more
/// than one text.
std::string_view take_line(std::string_view& input);

/// Pieces of `text` as a network may deliver it: of 1, 2, 3, … bytes.
std::vector<std::string_view> pieces(std::string_view text);

}  // namespace plumbline::fuzz
