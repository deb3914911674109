#include "daemon/controller/last_commit.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/json.h"
#include "daemon/config/read_file.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kMaxBytes = 65'536;

// A source's name holds only letters, digits, `_`, `-` and `.` (is_name()), so it can be part of a file name.
std::string file_of(const SourceConfig& source, const std::string& mirrors) {
  return mirrors + "/" + source.name + ".commit.json";
}

}  // namespace

Result<void> remember_commit(const SourceConfig& source, const std::string& mirrors, const SourceCommit& commit) {
  const std::string file = file_of(source, mirrors);
  const std::string beside = file + ".new";
  std::error_code error;
  std::filesystem::create_directories(mirrors, error);
  std::ofstream out(beside, std::ios::binary);
  out << to_text(Json{{"repository", source.repository},
                      {"reference", full_name(source.reference)},
                      {"commit", commit.id},
                      {"label", commit.label}})
      << '\n';
  out.close();
  if (out) std::filesystem::rename(beside, file, error);
  if (out && !error) return {};
  return fail("the commit cannot be remembered in " + file + (error ? ": " + error.message() : ""));
}

std::optional<SourceCommit> remembered_commit(const SourceConfig& source, const std::string& mirrors) {
  const auto text = read_file(file_of(source, mirrors), kMaxBytes);
  const auto known = text ? parse_json(*text) : Result<Json>(fail("nothing"));
  if (!known || string_member(*known, "repository") != source.repository ||
      string_member(*known, "reference") != full_name(source.reference)) {
    return std::nullopt;
  }
  return SourceCommit{.id = std::string(string_member(*known, "commit")),
                      .label = std::string(string_member(*known, "label"))};
}

}  // namespace plumbline::daemon
