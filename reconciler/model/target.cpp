#include "reconciler/model/target.h"

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kSecret = "secret ";

}  // namespace

std::string managed_secret(std::string_view name) {
  return std::string(kSecret).append(name);
}

bool is_managed_secret(std::string_view part) {
  return part.starts_with(kSecret);
}

}  // namespace plumbline::reconciler
