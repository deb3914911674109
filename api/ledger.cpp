#include "api/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::api {
namespace {

// Lines of the text:
//   plumbline window 1
//   boot <id>
//   at <milliseconds since the boot> <since 1970>
//   u <age> <count>                          answered calls
//   b <process> <age> <count>                a block of reserved ones
//   sum <16 hex digits of the SHA-256 of all lines before>
constexpr std::string_view kHeader = "plumbline window 1\n";
constexpr std::string_view kSum = "sum ";

// Limits that make everything fit into one page.
constexpr int kMostAnswered = 120;
constexpr std::size_t kMostBlocks = 40;
// A year: no window is longer, and sums do not overflow.
constexpr std::int64_t kMostMilliseconds = std::int64_t{366} * 24 * 3600 * 1000;
constexpr std::int64_t kMostCalls = 1'000'000;

template <class Number>
bool read_number(std::string_view text, Number& number, int base = 10) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && rest == text.data() + text.size();
}

bool read_time(std::string_view text, milliseconds& time) {
  std::int64_t number = 0;
  if (!read_number(text, number)) return false;
  time = milliseconds(number);
  return true;
}

bool read_age_and_count(std::string_view age_text, std::string_view count_text, milliseconds& age, std::size_t& count) {
  std::int64_t number = 0;
  if (!read_time(age_text, age) || !read_number(count_text, number)) return false;
  if (std::abs(age.count()) > kMostMilliseconds || number < 0 || number > kMostCalls) return false;
  count = static_cast<std::size_t>(number);
  return true;
}

std::string sum_of(std::string_view body) {
  return sha256_hex(body).substr(0, 16);
}

// The lines before the sum; empty if the sum does not match them.
std::string_view checked_body(std::string_view text) {
  const auto sum = text.rfind(kSum);
  if (!text.starts_with(kHeader) || sum == std::string_view::npos || text[sum - 1] != '\n') return {};
  const auto body = text.substr(0, sum);
  const auto rest = text.substr(sum + kSum.size());
  return rest.substr(0, rest.find('\n')) == sum_of(body) ? body : std::string_view();
}

}  // namespace

Ledger Ledger::parse(std::string_view text, const LedgerClock& now) {
  Ledger ledger;
  if (!ledger.read(text, now)) ledger = Ledger();
  return ledger;
}

bool Ledger::read(std::string_view text, const LedgerClock& now) {
  auto lines = split(checked_body(text), '\n');
  if (lines.size() < 4) return false;
  const auto boot = split(lines[1], ' ');
  const auto at = split(lines[2], ' ');
  milliseconds written_up{0};
  milliseconds written_wall{0};
  if (boot.size() != 2 || boot[0] != "boot" || at.size() != 3 || at[0] != "at") return false;
  if (!read_time(at[1], written_up) || !read_time(at[2], written_wall)) return false;
  trusted_ = !now.boot.empty() && boot[1] == now.boot;
  // Setting the wall clock back makes entries neither older nor younger than now.
  const auto since = std::max(trusted_ ? now.up - written_up : now.wall - written_wall, milliseconds(0));
  for (const auto line : std::span(lines).subspan(3)) {
    if (!line.empty() && !read_line(split(line, ' '), now.up - since)) return false;
  }
  std::ranges::sort(answered_, {}, &Answered::at);
  return true;
}

bool Ledger::read_line(const std::vector<std::string_view>& words, milliseconds up) {
  milliseconds age{0};
  if (words[0] == "u" && words.size() == 3) {
    Answered answered;
    if (!read_age_and_count(words[1], words[2], age, answered.count)) return false;
    answered.at = up - age;
    answered_.push_back(answered);
    return true;
  }
  if (words[0] != "b" || words.size() != 4) return false;
  Block block;
  if (!read_number(words[1], block.process, 16)) return false;
  if (!read_age_and_count(words[2], words[3], age, block.count)) return false;
  block.at = up - age;
  blocks_.push_back(block);
  return true;
}

std::string Ledger::body(const LedgerClock& now) const {
  std::string text(kHeader);
  text += fmt::format("boot {}\nat {} {}\n", now.boot.empty() ? "-" : now.boot, now.up.count(), now.wall.count());
  for (const auto& [at, count] : answered_) text += fmt::format("u {} {}\n", (now.up - at).count(), count);
  for (const auto& [process, at, count] : blocks_) {
    text += fmt::format("b {:016x} {} {}\n", process, (now.up - at).count(), count);
  }
  return text;
}

std::string Ledger::to_text(const LedgerClock& now) const {
  auto text = body(now);
  text += fmt::format("{}{}\n", kSum, sum_of(text));
  // Overwrites what an earlier, longer text left behind.
  text.resize(std::max(text.size(), kBytes), '\n');
  return text;
}

// An entry in the future, written under another clock, counts from now on.
void Ledger::expire(milliseconds window, milliseconds resolution, milliseconds up) {
  for (auto& one : answered_) one.at = std::min(one.at, up + resolution);
  for (auto& one : blocks_) one.at = std::min(one.at, up);
  std::erase_if(answered_, [&](const Answered& one) { return one.at + window <= up; });
  std::erase_if(blocks_, [&](const Block& one) { return one.at + kHeld + window <= up; });
}

// Calls that were answered at nearly the same time share a line, dated a little later.
void Ledger::add(milliseconds at, std::size_t count, milliseconds resolution) {
  const milliseconds rounded = (at + resolution - milliseconds(1)) / resolution.count() * resolution.count();
  const auto place = std::ranges::lower_bound(answered_, rounded, {}, &Answered::at);
  if (place != answered_.end() && place->at == rounded) {
    place->count += count;
  } else {
    answered_.insert(place, {rounded, count});
  }
}

void Ledger::merge_oldest_blocks() {
  while (blocks_.size() > kMostBlocks) {
    std::ranges::sort(blocks_, {}, &Block::at);
    blocks_[1].count += blocks_[0].count;
    blocks_[1].process = 0;
    blocks_.erase(blocks_.begin());
  }
}

std::size_t Ledger::used() const {
  std::size_t sum = 0;
  for (const auto& one : answered_) sum += one.count;
  for (const auto& one : blocks_) sum += one.count;
  return sum;
}

Reservation Ledger::reserve(const ReservationRequest& request, milliseconds up) {
  const auto resolution = std::max(request.window / kMostAnswered, milliseconds(1));
  expire(request.window, resolution, up);
  std::erase_if(blocks_, [&](const Block& one) { return one.process == request.process; });
  for (const auto& [age, count] : request.answered) {
    if (count > 0 && age < request.window) add(up - std::max(age, milliseconds(0)), count, resolution);
  }
  if (!std::exchange(trusted_, true)) {
    const auto known = used() + request.in_flight;
    if (known < request.share / 2) add(up, request.share / 2 - known, resolution);
  }
  Reservation reservation;
  for (const auto& one : answered_) reservation.used.push_back({up - one.at, one.count});
  for (const auto& one : blocks_) reservation.used.push_back({up - one.at - kHeld, one.count});
  reservation.others_reserve = !blocks_.empty();

  const auto taken = used() + request.in_flight;
  reservation.granted = std::min(request.wanted, request.allowed > taken ? request.allowed - taken : 0);
  const auto block = request.in_flight + reservation.granted;
  if (block > 0) blocks_.push_back({request.process, up, block});
  merge_oldest_blocks();
  return reservation;
}

}  // namespace plumbline::api
