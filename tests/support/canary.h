#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// No secret may leave Plumbline but in the call that is meant to carry it. Every secret of the tests (API token,
/// fingerprint key, values of secret stores) carries one mark, and wherever the mark turns up, a secret leaked.
namespace plumbline::testing {

inline constexpr std::string_view kCanaryMark = "zqCanary7";

/// A secret of its own that carries the mark: `zqCanary7-token`.
std::string canary(std::string_view name);

/// Where `text` holds the mark, plain or in base64; nothing if it does not.
std::optional<std::size_t> find_canary(std::string_view text);

/// Fails the test if `text` holds it. `where` is for the message.
void check_no_canary(std::string_view text, const std::string& where);

/// The files below `folder` that hold it, but for those below `allowed`: where a test put the secrets itself.
std::vector<std::filesystem::path> files_with_canary(const std::filesystem::path& folder,
                                                     const std::vector<std::filesystem::path>& allowed);

/// Fails the test for each of them.
void check_no_canary_below(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& allowed);

}  // namespace plumbline::testing
