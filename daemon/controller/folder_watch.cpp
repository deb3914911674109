#include "daemon/controller/folder_watch.h"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "net/await.h"

namespace plumbline::daemon {
namespace {

constexpr std::string_view kSwapped = "..data";
constexpr std::size_t kRoom = std::size_t{16} * 1024;

}  // namespace

FolderWatch::FolderWatch(const net::Executor& io) : events_(io) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor >= 0) events_.assign(descriptor);
}

void FolderWatch::watch(const std::set<std::string>& folders) {
  if (!events_.is_open()) return;
  std::erase_if(folders_, [&](const auto& watched) {
    if (folders.contains(watched.second)) return false;
    ::inotify_rm_watch(events_.native_handle(), watched.first);
    return true;
  });
  for (const auto& folder : folders) {
    const int number =
        ::inotify_add_watch(events_.native_handle(), folder.c_str(), IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
    if (number >= 0) folders_.insert_or_assign(number, folder);
  }
}

net::Awaitable<std::optional<std::string>> FolderWatch::next() {
  std::array<std::byte, kRoom> room{};
  while (events_.is_open()) {
    const auto [error, size] = co_await events_.async_read_some(boost::asio::buffer(room), net::kAwait);
    if (error) co_return std::nullopt;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event{};
      std::memcpy(&event, room.data() + at, sizeof(event));
      const auto* name = reinterpret_cast<const char*>(room.data() + at + sizeof(event));
      at += sizeof(event) + event.len;
      const auto folder = folders_.find(event.wd);
      if (event.len > 0 && kSwapped == name && folder != folders_.end()) co_return folder->second;
    }
  }
  co_return std::nullopt;
}

void FolderWatch::close() {
  boost::system::error_code ignored;
  events_.close(ignored);
}

}  // namespace plumbline::daemon
