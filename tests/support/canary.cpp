#include "tests/support/canary.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/support/files.h"

namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

// The middle of the mark in base64, for each of the three ways in which it can lie across the groups of three bytes.
constexpr std::array<std::string_view, 4> kForms{kCanaryMark, "enFDYW5hcnk3", "pxQ2FuYXJ5N", "6cUNhbmFyeT"};

// In lower case, in which the text is searched as well.
std::string each_byte(std::string_view before) {
  std::string out;
  for (const char c : kCanaryMark) out += fmt::format("{}{:02x}", before, static_cast<unsigned char>(c));
  return out;
}

// Nothing if the file is gone: a process that still runs writes a new file and renames it.
std::optional<std::string> read_if_there(const fs::path& file) {
  try {
    return read_file(file);
  } catch (const std::runtime_error&) {
    if (fs::exists(file)) throw;
    return std::nullopt;
  }
}

bool is_allowed(const fs::path& file, const std::vector<fs::path>& allowed) {
  return std::ranges::any_of(
      allowed, [&file](const fs::path& folder) { return std::ranges::mismatch(folder, file).in1 == folder.end(); });
}

}  // namespace

std::string canary(std::string_view name) {
  return std::string(kCanaryMark) + "-" + std::string(name);
}

std::optional<std::size_t> find_canary(std::string_view text) {
  for (const auto form : kForms) {
    if (const auto at = text.find(form); at != std::string_view::npos) return at;
  }
  static const std::array in_lower_case{each_byte(""), each_byte("%"), each_byte("\\u00")};
  const auto lower = to_lower(text);
  for (const auto& form : in_lower_case) {
    if (const auto at = lower.find(form); at != std::string::npos) return at;
  }
  return std::nullopt;
}

std::vector<std::string> forms_of(const std::string& value) {
  std::vector<std::string> forms{value};
  const std::string quoted = to_text(Json(value));
  forms.push_back(quoted.substr(1, quoted.size() - 2));
  for (const std::string before : {"", "u", "u:", "git"}) {
    auto encoded = to_base64(before + value);
    forms.push_back(encoded);
    std::ranges::replace(encoded, '+', '-');
    std::ranges::replace(encoded, '/', '_');
    while (encoded.ends_with('=')) encoded.pop_back();
    forms.push_back(encoded);
  }
  std::array<std::string, 4> of_bytes;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    of_bytes[0] += fmt::format("{:02x}", byte);
    of_bytes[1] += fmt::format("{:02X}", byte);
    of_bytes[2] += fmt::format("%{:02X}", byte);
    of_bytes[3] += fmt::format("\\u{:04x}", byte);
  }
  forms.insert(forms.end(), of_bytes.begin(), of_bytes.end());
  return forms;
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
std::optional<bool> memory_holds(pid_t /*process*/, const std::vector<std::string>& /*values*/) {
  return std::nullopt;
}
#else
std::optional<bool> memory_holds(pid_t process, const std::vector<std::string>& values) {
  std::ifstream maps(fmt::format("/proc/{}/maps", process));
  std::ifstream memory(fmt::format("/proc/{}/mem", process), std::ios::binary);
  if (!maps || !memory) return std::nullopt;
  std::string line;
  while (std::getline(maps, line)) {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string flags;
    char dash = 0;
    std::istringstream words(line);
    words >> std::hex >> begin >> dash >> end >> flags;
    // What nobody wrote to holds no value; the kernel's own pages cannot be read.
    if (!words || !flags.starts_with("rw") || line.ends_with("[vvar]")) continue;
    std::string bytes(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(memory.gcount()));
    const bool found = std::ranges::any_of(values, [&bytes](const auto& value) { return bytes.contains(value); });
    if (found) return true;
  }
  return false;
}
#endif

void check_no_canary(std::string_view text, const std::string& where) {
  constexpr std::size_t kContext = 200;
  const auto at = find_canary(text);
  if (!at) return;
  const auto begin = *at - std::min(*at, kContext);
  FAIL_CHECK("a secret is in " << where << ", after: " << std::string(text.substr(begin, *at - begin)));
}

std::vector<fs::path> files_with_canary(const fs::path& folder, const std::vector<fs::path>& allowed) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_symlink() || !entry.is_regular_file() || is_allowed(entry.path(), allowed)) continue;
    const auto bytes = read_if_there(entry.path());
    if (bytes && find_canary(*bytes)) found.push_back(entry.path());
  }
  return found;
}

void check_no_canary_below(const fs::path& folder, const std::vector<fs::path>& allowed) {
  for (const auto& file : files_with_canary(folder, allowed)) check_no_canary(read_file(file), file.string());
}

}  // namespace plumbline::testing
