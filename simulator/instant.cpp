#include "simulator/instant.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace plumbline::simulator {

std::string timestamp(Instant time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto seconds = std::chrono::system_clock::to_time_t(whole);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds), (time - whole).count());
}

std::optional<Instant> parse_instant(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kShape.size()) return std::nullopt;
  constexpr std::array<std::pair<std::size_t, std::size_t>, 7> kFields{
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}, {20, 6}}};
  std::array<unsigned, kFields.size()> values{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto part = text.substr(kFields.at(i).first, kFields.at(i).second);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), values.at(i));
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  }
  const auto date =
      std::chrono::year(static_cast<int>(values[0])) / static_cast<int>(values[1]) / static_cast<int>(values[2]);
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(values[3]) + std::chrono::minutes(values[4]) +
         std::chrono::seconds(values[5]) + std::chrono::microseconds(values[6]);
}

std::string Ids::hex32() {
  return fmt::format("{:016x}{:016x}", engine_(), engine_());
}

std::string Ids::uuid() {
  constexpr std::uint64_t kVersionMask = 0xFFFF'FFFF'FFFF'0FFFU;
  constexpr std::uint64_t kVersion4 = 0x4000U;
  constexpr std::uint64_t kVariantMask = 0x3FFF'FFFF'FFFF'FFFFU;
  constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000U;
  const auto digits =
      fmt::format("{:016x}{:016x}", (engine_() & kVersionMask) | kVersion4, (engine_() & kVariantMask) | kVariant);
  const std::string_view d = digits;
  return fmt::format("{}-{}-{}-{}-{}", d.substr(0, 8), d.substr(8, 4), d.substr(12, 4), d.substr(16, 4), d.substr(20));
}

double Ids::between(double low, double high) {
  return low < high ? std::uniform_real_distribution<double>(low, high)(engine_) : low;
}

}  // namespace plumbline::simulator
