#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace plumbline::testing {

/// Makes the folders that are missing. Throws std::runtime_error, as everything here does.
void write_file(const std::filesystem::path& file, std::string_view bytes);

std::string read_file(const std::filesystem::path& file);

/// Replaces the one occurrence of `before` in a file; none, or a second one, is an error of the test.
void replace_in_file(const std::filesystem::path& file, std::string_view before, std::string_view after);

}  // namespace plumbline::testing
