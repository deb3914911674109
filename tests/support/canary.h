#pragma once

#include <sys/types.h>

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

/// Where `text` holds the mark, plain, in base64, in hex of either case, percent-encoded or as JSON's `\u`; nothing if
/// it does not.
std::optional<std::size_t> find_canary(std::string_view text);

/// `value` in the forms in which somebody may repeat it: plain, JSON, base64 of both alphabets at each offset within a
/// longer text, hex of both cases, percent-encoded.
std::vector<std::string> forms_of(const std::string& value);

/// Whether the memory of a process that runs holds one of `values`; nothing if this user may not look into it. What a
/// core would hold, whether or not one may be made.
/// Nothing as well under a sanitizer, which maps terabytes and keeps what was freed.
std::optional<bool> memory_holds(pid_t process, const std::vector<std::string>& values);

/// Fails the test if `text` holds it. `where` is for the message.
void check_no_canary(std::string_view text, const std::string& where);

/// The files below `folder` that hold it, but for those below `allowed`: where a test put the secrets itself.
std::vector<std::filesystem::path> files_with_canary(const std::filesystem::path& folder,
                                                     const std::vector<std::filesystem::path>& allowed);

/// Fails the test for each of them.
void check_no_canary_below(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& allowed);

}  // namespace plumbline::testing
