#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/ledger.h"
#include "base/result.h"

namespace plumbline::api {

/// Where the processes of one budget keep their ledger. Blocks: for a thread of its own.
class WindowStore {
 public:
  virtual ~WindowStore() = default;

  /// Writes down what `request` says and what it is given. The error says why nothing could be kept.
  virtual plumbline::Result<Reservation> reserve(const ReservationRequest& request) = 0;
};

/// In a file, which is made with its folder (0700) at the first request. Several processes use it at once, under a lock
/// of the file (flock) that ends with its process. Nothing waits for the disk: what the system has taken survives the
/// process, and after a power cut the boot is another one (LedgerClock).
std::unique_ptr<WindowStore> open_window_file(std::string path);

/// `<folder>/window-<16 hex digits>`: of the budget's name, or of the token where none is named.
std::string window_file_of(const std::string& folder, std::string_view budget);

}  // namespace plumbline::api
