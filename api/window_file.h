#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/ledger.h"
#include "base/result.h"

namespace plumbline::api {

/// Keeps the ledger that processes with one budget share. Blocks: call it on a thread of its own.
class WindowStore {
 public:
  virtual ~WindowStore() = default;

  /// Enters `request` and returns what it gets. The error says why the ledger cannot be kept; waiting for another
  /// process's lock ends after 500 ms.
  virtual plumbline::Result<Reservation> reserve(const ReservationRequest& request) = 0;
};

/// A ledger in a file. The file, and its folder (0700), are made at the first request. Several processes use it at once
/// under a lock of the file (flock), which ends with its process. Nothing waits for the disk: data that the system has
/// taken survives the process, and after a power cut the boot is another one (LedgerClock).
std::unique_ptr<WindowStore> open_window_file(std::string path);

/// `<folder>/window-<16 hex digits>`. The digits are a hash of the budget's name, or of the token if the budget has no
/// name.
std::string window_file_of(const std::string& folder, std::string_view budget);

}  // namespace plumbline::api
