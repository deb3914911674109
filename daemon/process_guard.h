#pragma once

namespace plumbline::daemon {

/// Protects the memory of this process, which holds tokens and secrets, from being written to files and from other
/// processes of the same user: no core dump, neither by the kernel nor through a program (core(5)), no ptrace, no
/// /proc/PID/mem. A dump that root takes by hand (gcore) holds no memory. To be called first in main(); it cannot be
/// undone.
///
/// The process can still read all of its own /proc/self: that is allowed whoever owns it.
void guard_process();

}  // namespace plumbline::daemon
