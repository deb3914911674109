#pragma once

namespace plumbline::daemon {

/// Exit codes of the process; 64 and 78 are those of sysexits(3).
namespace exit_code {
inline constexpr int kSuccess = 0;
inline constexpr int kError = 1;
inline constexpr int kChanges = 2;         ///< `plan --detailed-exitcode`
inline constexpr int kUsage = 64;          ///< EX_USAGE
inline constexpr int kConfiguration = 78;  ///< EX_CONFIG: systemd does not restart on it
}  // namespace exit_code

}  // namespace plumbline::daemon
