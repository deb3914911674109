#pragma once

namespace plumbline::daemon {

/// Keeps the memory of this process, which holds tokens and secrets, out of every file and from every other process of
/// the same user: no core dump, neither by the kernel nor handed to a program (core(5)), no ptrace, no /proc/PID/mem;
/// and a dump that root takes by hand (gcore) holds no memory. First in main(); holds for good.
///
/// The process goes on seeing all of its own /proc/self: that is allowed whatever it belongs to.
void guard_process();

}  // namespace plumbline::daemon
