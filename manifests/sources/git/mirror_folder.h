#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "manifests/sources/descriptor.h"

/// The folder of a mirror on disk: its lock, and how it is replaced as a whole.
namespace plumbline::manifests {

/// Takes `<mirror>.lock`, and waits at most `patience` for another fetch. Makes the folder above if it is missing. The
/// lock is held as long as the descriptor is open. The error says why the lock was not taken.
Result<Descriptor> lock_mirror(const std::string& mirror, std::chrono::milliseconds patience);

/// Removes what a killed fetch left behind. Call it only with the lock.
void remove_debris(const std::string& mirror);

/// Makes a home folder beside the mirror that holds only `.ssh/known_hosts` with these lines: libgit2 asks an ssh
/// server for the types of keys that it finds in this file of $HOME. Call it only with the lock; remove_debris()
/// removes the folder.
Result<std::string> make_ssh_home(const std::string& mirror, const std::string& known_hosts);

/// The folder beside the mirror in which a new one is made. It does not exist yet.
std::string fresh_folder(const std::string& mirror);

/// Whether mark_failed() was called less than a day ago, so that an operation that failed is not repeated at every
/// fetch.
bool has_failed_lately(const std::string& mirror);
void mark_failed(const std::string& mirror);
void unmark_failed(const std::string& mirror);

/// Whether note_whole() was called less than an hour ago for this reference of the mirror (its last name). What is
/// asked at each fetch is cheap; whether everything is still there is asked at this pace, and whenever a reader lacks
/// something.
bool was_whole_lately(const std::string& mirror, const std::string& reference);
void note_whole(const std::string& mirror, const std::string& reference);

/// Gives the packs of the fresh folder names that no pack has had before. git names a pack by its content, and libgit2
/// identifies packs by path for the whole process: while anybody has a damaged pack open, an intact pack of the same
/// name would not be read.
Result<void> rename_packs(const std::string& mirror);

/// Puts the fresh folder in place of `mirror`, atomically if a mirror exists. Readers with open files of the old one go
/// on with them.
Result<void> replace_mirror(const std::string& mirror);

}  // namespace plumbline::manifests
