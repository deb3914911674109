#include "daemon/controller/events.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "net/await.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kKept = 1'000;

}  // namespace

EventLog::EventLog(net::Executor io) : io_(std::move(io)), epoch_(random_hex(4)) {}

void EventLog::wake() {
  for (auto* timer : waiting_) timer->cancel();
}

void EventLog::add(Event event) {
  ++last_;
  kept_.push_back(std::move(event));
  if (kept_.size() > kKept) kept_.pop_front();
  wake();
}

std::string EventLog::id_of(std::uint64_t number) const {
  return epoch_ + "-" + std::to_string(number);
}

std::string EventLog::newest() const {
  return id_of(last_);
}

std::vector<EventLog::Numbered> EventLog::after(std::string_view id) const {
  const auto first = last_ - kept_.size() + 1;
  std::uint64_t from = first;
  if (id.starts_with(epoch_ + "-")) {
    const auto known = whole_number<std::uint64_t>(id.substr(epoch_.size() + 1));
    if (known && *known >= first) from = std::min(*known, last_) + 1;
  }
  std::vector<Numbered> events;
  for (auto number = from; number <= last_; ++number) events.push_back({id_of(number), kept_[number - first]});
  return events;
}

net::Awaitable<> EventLog::wait(std::string id, std::chrono::milliseconds longest) {
  if (closed_ || !after(id).empty()) co_return;
  boost::asio::steady_timer timer(io_, longest);
  waiting_.insert(&timer);
  co_await timer.async_wait(net::kAwait);
  waiting_.erase(&timer);
}

void EventLog::close() {
  closed_ = true;
  wake();
}

JsonObject to_json(const EventLog::Numbered& numbered) {
  const auto& event = numbered.event;
  return {{"id", numbered.id},      {"time", to_rfc3339(event.at)}, {"type", event.type},      {"source", event.source},
          {"worker", event.worker}, {"revision", event.revision},   {"message", event.message}};
}

std::string to_stream_message(const EventLog::Numbered& event) {
  return "id: " + event.id + "\nevent: " + std::string(event.event.type) + "\ndata: " + to_text(Json(to_json(event))) +
         "\n\n";
}

}  // namespace plumbline::daemon
