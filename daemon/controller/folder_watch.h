#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "net/awaitable.h"

namespace plumbline::daemon {

/// Notices when Kubernetes replaces what it has mounted into a folder: it makes a new folder beside and moves the link
/// `..data` to it, so that all files change at once (inotify(7)). Files that a person edits are no such sign: they may
/// be half written. On the loop thread.
class FolderWatch {
 public:
  explicit FolderWatch(const net::Executor& io);

  /// Watches these folders and no others from now on. Those that are not there, and all of them where the system has no
  /// watches left, are left out: what is in them is read at every pass in any case.
  void watch(const std::set<std::string>& folders);

  /// The folder whose content was replaced next; nothing once close() was called, or if there is nothing to wait for.
  net::Awaitable<std::optional<std::string>> next();
  void close();

 private:
  boost::asio::posix::stream_descriptor events_;
  std::map<int, std::string> folders_;  ///< by the kernel's number of the watch
};

}  // namespace plumbline::daemon
