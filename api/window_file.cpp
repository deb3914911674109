#include "api/window_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/descriptor.h"
#include "base/digest.h"

namespace plumbline::api {
namespace {

// A process holds the lock for microseconds; one that holds it this long is stopped.
constexpr auto kLockPatience = std::chrono::milliseconds(500);
constexpr auto kLockPause = std::chrono::milliseconds(1);
// How often the file may have been replaced by the time it is locked.
constexpr int kAttempts = 10;

std::string why(int error) {
  return std::generic_category().message(error);
}

std::string read_boot() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

LedgerClock now() {
  static const std::string boot = read_boot();
  timespec up{};
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  const auto since_boot = std::chrono::seconds(up.tv_sec) + std::chrono::nanoseconds(up.tv_nsec);
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {boot, std::chrono::floor<milliseconds>(since_boot), std::chrono::floor<milliseconds>(wall)};
}

bool lock(int file) {
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLockPause);
  }
  return true;
}

class WindowFile final : public WindowStore {
 public:
  explicit WindowFile(std::string path) : path_(std::move(path)) {}

  plumbline::Result<Reservation> reserve(const ReservationRequest& request) override {
    auto file = open_locked();
    if (!file) return std::unexpected(std::move(file.error()));
    std::array<char, Ledger::kBytes> bytes{};
    const auto size = ::pread(file->get(), bytes.data(), bytes.size(), 0);
    if (size < 0) return fail("the window file cannot be read: " + why(errno));
    const auto time = now();
    auto ledger = Ledger::parse({bytes.data(), static_cast<std::size_t>(size)}, time);
    auto reservation = ledger.reserve(request, time.up);
    const auto text = ledger.to_text(time);
    const auto written = ::pwrite(file->get(), text.data(), text.size(), 0);
    if (written < 0) return fail("the window file cannot be written: " + why(errno));
    if (std::cmp_not_equal(written, text.size())) return fail("the window file was written only in part");
    return reservation;
  }

 private:
  [[nodiscard]] plumbline::Result<Descriptor> open_file() const {
    constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int file = ::open(path_.c_str(), kFlags, 0600);
    if (file < 0 && errno == ENOENT) {
      make_folder();
      file = ::open(path_.c_str(), kFlags, 0600);
    }
    if (file < 0) return fail("the window file cannot be opened: " + why(errno));
    return Descriptor(file);
  }

  void make_folder() const {
    std::error_code ignored;
    const auto folder = std::filesystem::path(path_).parent_path();
    if (folder.empty() || !std::filesystem::create_directories(folder, ignored)) return;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }

  // A process that locked a file which was deleted or replaced meanwhile shares it with nobody.
  [[nodiscard]] bool is_at_path(int file) const {
    struct stat open{};
    struct stat named{};
    return ::fstat(file, &open) == 0 && ::stat(path_.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
           open.st_dev == named.st_dev;
  }

  [[nodiscard]] plumbline::Result<Descriptor> open_locked() const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      auto file = open_file();
      if (!file) return file;
      if (!lock(file->get())) return fail("another process holds the lock of the window file");
      if (is_at_path(file->get())) return file;
    }
    return fail("other processes keep replacing the window file");
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<WindowStore> open_window_file(std::string path) {
  return std::make_unique<WindowFile>(std::move(path));
}

std::string window_file_of(const std::string& folder, std::string_view budget) {
  return fmt::format("{}/window-{}", folder.empty() ? "." : folder, sha256_hex(budget).substr(0, 16));
}

}  // namespace plumbline::api
