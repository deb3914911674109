#include "manifests/kinds/parse_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

#include "base/digest.h"
#include "manifests/sources/descriptor.h"

// The file: the sha256 of all that follows; the sha256 of the program's name; the number of entries; for each entry, by
// key, its key, the day when it was used last, and where its value lies; the values. Numbers are of 32 bits, as this
// machine writes them: the file is read where it was written.
namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStoreForm = "plumbline parsed texts 1 ";
constexpr std::string_view kEnding = ".parsed";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kNumber = sizeof(std::uint32_t);
constexpr std::size_t kHead = 2 * kDigest + kNumber;
constexpr std::size_t kRow = kDigest + 3 * kNumber;
constexpr std::size_t kMaxBytes = 64UL * 1024 * 1024;
constexpr std::uint32_t kMaxUnusedDays = 30;
// The file is written when one in so many entries is new: what is written in all is in proportion to what is new.
constexpr std::size_t kGoodPart = 16;
constexpr std::chrono::hours kNoteUse{24};
constexpr std::chrono::hours kRemoveUnused{24 * 60};

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + offset, kNumber);
  return number;
}

void append(std::string& bytes, std::size_t number) {
  const auto written = static_cast<std::uint32_t>(number);
  bytes.append(reinterpret_cast<const char*>(&written), kNumber);
}

std::uint32_t today() {
  const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<std::uint32_t>(now.time_since_epoch().count());
}

// Only a file that nobody else can have written is read.
bool is_ours(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

void note_use(const Descriptor& file, const struct stat& status) {
  const auto written = std::chrono::system_clock::from_time_t(status.st_mtime);
  if (std::chrono::system_clock::now() - written > kNoteUse) ::futimens(file.get(), nullptr);
}

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !is_ours(status)) return {};
  note_use(file, status);
  return read_all(file, kMaxBytes, path).value_or(std::string());
}

// Folders that are missing are made for this user alone.
void make_folder(const fs::path& folder) {
  std::error_code none;
  if (folder.empty() || fs::exists(folder, none)) return;
  make_folder(folder.parent_path());
  ::mkdir(folder.c_str(), S_IRWXU);
}

// Files of sources that are read no more, and what killed processes have left.
void remove_unused(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator file(folder, error); !error && file != fs::directory_iterator(); file.increment(error)) {
    std::error_code none;
    const auto written = fs::last_write_time(file->path(), none);
    if (none || fs::file_time_type::clock::now() - written < kRemoveUnused) continue;
    if (file->path().filename().string().contains(kEnding)) fs::remove(file->path(), none);
  }
}

Result<void> write_all(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(error_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// A value on its way into the file.
struct Entry {
  std::string_view key;
  std::uint32_t day = 0;
  std::string_view value;
};

std::string bytes_of(std::span<const Entry> entries, const std::string& program) {
  std::size_t size = kHead + entries.size() * kRow;
  for (const Entry& entry : entries) size += entry.value.size();
  std::string bytes(kDigest, '\0');
  bytes.reserve(size);
  bytes += sha256(program);
  append(bytes, entries.size());
  std::size_t offset = kHead + entries.size() * kRow;
  for (const Entry& entry : entries) {
    bytes += entry.key;
    append(bytes, entry.day);
    append(bytes, offset);
    append(bytes, entry.value.size());
    offset += entry.value.size();
  }
  for (const Entry& entry : entries) bytes += entry.value;
  bytes.replace(0, kDigest, sha256(std::string_view(bytes).substr(kDigest)));
  return bytes;
}

// Keeps what was used last, up to the size of a file, sorted by key.
void shrink(std::vector<Entry>& entries) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return a.day > b.day; });
  std::size_t size = kHead;
  const auto end = std::ranges::find_if(entries, [&size](const Entry& entry) {
    size += kRow + entry.value.size();
    return size > kMaxBytes;
  });
  entries.erase(end, entries.end());
  std::ranges::sort(entries, {}, &Entry::key);
}

}  // namespace

// The file as it was read.
struct ParseStore::Content {
  std::string bytes;  // empty, or sound
  std::size_t count = 0;
  std::vector<bool> used;

  Content(std::string read, const std::string& program) : bytes(std::move(read)) {
    if (!is_sound(program)) bytes.clear();
    if (!bytes.empty()) count = number_at(bytes, 2 * kDigest);
    used.resize(count);
  }

  [[nodiscard]] std::string_view row(std::size_t i) const {
    return std::string_view(bytes).substr(kHead + i * kRow, kRow);
  }
  [[nodiscard]] std::string_view key(std::size_t i) const { return row(i).substr(0, kDigest); }
  [[nodiscard]] std::uint32_t day(std::size_t i) const { return number_at(row(i), kDigest); }
  [[nodiscard]] std::string_view value(std::size_t i) const {
    const std::size_t offset = number_at(row(i), kDigest + kNumber);
    const std::size_t size = number_at(row(i), kDigest + 2 * kNumber);
    if (offset > bytes.size() || size > bytes.size() - offset) return {};
    return std::string_view(bytes).substr(offset, size);
  }

  /// `count` if there is no such key.
  [[nodiscard]] std::size_t find(std::string_view wanted) const {
    std::size_t first = 0;
    std::size_t last = count;
    while (first < last) {
      const std::size_t middle = (first + last) / 2;
      if (key(middle) < wanted) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return first < count && key(first) == wanted ? first : count;
  }

 private:
  [[nodiscard]] bool is_sound(const std::string& program) const {
    const std::string_view all(bytes);
    return all.size() >= kHead && all.substr(kDigest, kDigest) == sha256(program) &&
           number_at(all, 2 * kDigest) <= (all.size() - kHead) / kRow &&
           all.substr(0, kDigest) == sha256(all.substr(kDigest));
  }
};

ParseStore::ParseStore(std::string file, std::string program)
    : file_(std::move(file) + std::string(kEnding)),
      program_(std::string(kStoreForm) + std::move(program)),
      day_(today()) {}

ParseStore::~ParseStore() = default;

const ParseStore::Content& ParseStore::content() {
  if (!content_) content_ = std::make_unique<Content>(read_file(file_), program_);
  return *content_;
}

std::string_view ParseStore::find(std::string_view key) {
  if (!is_first_load_) return {};
  const Content& content = this->content();
  const std::size_t found = content.find(sha256(key));
  if (found == content.count) return {};
  content_->used[found] = true;
  return content.value(found);
}

void ParseStore::keep(std::string_view key, std::string value) {
  added_.insert_or_assign(sha256(key), std::move(value));
}

Result<void> ParseStore::end_load() {
  is_first_load_ = false;
  Result<void> written;
  if (!added_.empty() && added_.size() * kGoodPart >= content().count) {
    written = write();
    added_.clear();
  }
  content_.reset();
  return written;
}

Result<void> ParseStore::write() const {
  std::vector<Entry> entries;
  entries.reserve(content_->count + added_.size());
  for (const auto& [key, value] : added_) entries.push_back({key, day_, value});
  for (std::size_t i = 0; i < content_->count; ++i) {
    const std::uint32_t day = content_->used[i] ? day_ : content_->day(i);
    if (added_.contains(Key(content_->key(i))) || day + kMaxUnusedDays < day_) continue;
    entries.push_back({content_->key(i), std::min(day, day_), content_->value(i)});
  }
  shrink(entries);
  return write(bytes_of(entries, program_));
}

// Beside the file, and then in its place: who reads it reads all of one or all of the other.
Result<void> ParseStore::write(std::string_view bytes) const {
  const fs::path folder = fs::path(file_).parent_path();
  make_folder(folder);
  const std::string beside = fmt::format("{}.{}", file_, random_hex(8));
  Descriptor out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!out.valid()) return fail(fmt::format("\"{}\" cannot be written: {}", beside, error_text(errno)));
  auto written = write_all(out, bytes);
  out.reset();
  if (written && ::rename(beside.c_str(), file_.c_str()) != 0) written = fail(error_text(errno));
  if (!written) {
    ::unlink(beside.c_str());
    return fail(fmt::format("\"{}\" cannot be written: {}", file_, written.error().message));
  }
  remove_unused(folder);
  return {};
}

}  // namespace plumbline::manifests
