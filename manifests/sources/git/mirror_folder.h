#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "manifests/sources/descriptor.h"

/// The folder of a mirror on disk: who may write to it, and how it is replaced as a whole.
namespace plumbline::manifests {

/// Takes `<mirror>.lock`, waiting at most `patience` for another fetch; makes the folder above if it
/// is missing. Held as long as the descriptor is open.
Result<Descriptor> lock_mirror(const std::string& mirror, std::chrono::milliseconds patience);

/// Removes what a killed fetch left behind. Only with the lock.
void remove_debris(const std::string& mirror);

/// A home folder beside the mirror that holds `.ssh/known_hosts` with these lines, and nothing else.
/// Only with the lock; remove_debris() removes it. libgit2 asks an ssh server for the kinds of keys
/// that it finds in the file of that name in $HOME.
Result<std::string> make_ssh_home(const std::string& mirror, const std::string& known_hosts);

/// The folder in which a mirror is made afresh, beside the one in use. It does not exist yet.
std::string fresh_folder(const std::string& mirror);

/// Whether mark_failed() was called less than a day ago: what has failed once is not tried at every fetch.
bool has_failed_lately(const std::string& mirror);
void mark_failed(const std::string& mirror);
void unmark_failed(const std::string& mirror);

/// Gives the packs of the fresh folder names that no pack has had. git names a pack by what is in it, and libgit2 knows
/// packs by their paths for the whole process: as long as anybody has the damaged pack open, a whole one of its name
/// would not be read.
Result<void> rename_packs(const std::string& mirror);

/// Puts the fresh folder in place of `mirror`, in one step where a mirror exists. Readers that have
/// files of the old one open go on with them.
Result<void> replace_mirror(const std::string& mirror);

}  // namespace plumbline::manifests
