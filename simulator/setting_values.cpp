#include "simulator/setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plumbline::simulator {
namespace {

// The enums and alternatives of the upload metadata, developers.cloudflare.com/api.
constexpr std::array<std::string_view, 3> kUsageModels{"standard", "bundled", "unbound"};
constexpr std::array<std::string_view, 3> kPlacementTargets{"region", "hostname", "host"};

bool names_a_target(const Json& value) {
  return std::ranges::any_of(kPlacementTargets, [&](auto key) { return !string_member(value, key).empty(); });
}

/// `target: [{region: …}]`: a list of one.
bool is_target_list(const Json* list) {
  return list && list->is_array() && list->get_array().size() == 1 && names_a_target(list->get_array().front());
}

/// `{}`, `{mode: smart}`, or a target with or without `mode: targeted`.
bool is_placement(const JsonObject& placement) {
  const auto mode = string_member(placement, "mode");
  const bool has_target = names_a_target(placement) || is_target_list(member(placement, "target"));
  if (mode == "targeted") return has_target;
  return mode.empty() ? !member(placement, "mode") && !member(placement, "target") : mode == "smart";
}

/// Every limit is a whole number above 0.
Try<void> check_limits(const JsonObject& stated) {
  const auto* limits = member(stated, "limits");
  if (!limits || !limits->is_object()) return {};
  for (const auto& [key, value] : limits->get_object()) {
    boost::system::error_code error;
    const auto number = value.is_null() ? 1 : value.to_number<std::int64_t>(error);
    if (error || number <= 0) {
      return refuse(400, 10001, fmt::format("`limits.{}` is not a whole number above 0.", printable(key)));
    }
  }
  return {};
}

Try<void> check_rate(const Json& holder) {
  const auto* rate = member(holder, "head_sampling_rate");
  if (!rate || rate->is_null()) return {};
  if (rate->is_number() && rate->to_number<double>() >= 0 && rate->to_number<double>() <= 1) return {};
  return refuse(400, 10001, "`head_sampling_rate` of `observability` is between 0 and 1.");
}

Try<void> check_rates(const JsonObject& stated) {
  const auto* observability = member(stated, "observability");
  if (!observability) return {};
  if (auto ok = check_rate(*observability); !ok) return ok;
  for (const std::string_view key : {"logs", "traces"}) {
    const auto* part = member(*observability, key);
    if (!part) continue;
    if (auto ok = check_rate(*part); !ok) return ok;
  }
  return {};
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-dd";
  const bool fits = text.size() == kPattern.size() && std::ranges::equal(text, kPattern, [](char c, char pattern) {
                      return pattern == 'd' ? c >= '0' && c <= '9' : c == pattern;
                    });
  if (!fits) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(whole_number<int>(text.substr(0, 4)).value_or(0)),
                                        std::chrono::month(whole_number<unsigned>(text.substr(5, 2)).value_or(0)),
                                        std::chrono::day(whole_number<unsigned>(text.substr(8, 2)).value_or(0)));
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

}  // namespace

Try<void> check_usage_model(std::string_view model) {
  if (std::ranges::find(kUsageModels, model) != kUsageModels.end()) return {};
  return refuse(400, 10001, fmt::format("`{}` is no usage model: standard, bundled or unbound.", printable(model)));
}

Try<void> check_values(const JsonObject& stated) {
  const auto* model = member(stated, "usage_model");
  if (model && model->is_string()) {
    if (auto ok = check_usage_model(view(model->get_string())); !ok) return ok;
  }
  const auto* placement = member(stated, "placement");
  if (placement && placement->is_object() && !is_placement(placement->get_object())) {
    return refuse(400, 10001, "`placement` is {mode: smart}, or names one region, hostname or host.");
  }
  if (auto ok = check_limits(stated); !ok) return ok;
  return check_rates(stated);
}

bool is_date(std::string_view text) {
  return day_of(text).has_value();
}

Try<void> check_date(const JsonObject& stated, Instant now) {
  const auto text = string_member(stated, "compatibility_date");
  const auto day = day_of(text);
  if (!day || *day <= std::chrono::floor<std::chrono::days>(now)) return {};
  return refuse(400, 10021, fmt::format("Can't set compatibility date in the future: {}.", text));
}

}  // namespace plumbline::simulator
