#include "share.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace plumbline::property {
namespace {

double share() {
  const char* text = std::getenv("PLUMBLINE_PROPERTY_FACTOR");  // NOLINT(concurrency-mt-unsafe): nobody writes it
  const double factor = text == nullptr ? 0.1 : std::strtod(text, nullptr);
  if (!(factor > 0)) throw std::invalid_argument("PLUMBLINE_PROPERTY_FACTOR is a number above 0, such as 0.1");
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return factor / 10;
#else
  return factor;
#endif
}

}  // namespace

std::size_t cases(std::size_t all) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(share() * static_cast<double>(all))));
}

std::size_t stride(std::size_t least) {
  const double thinned = static_cast<double>(least) / std::clamp(share(), 0.01, 1.0);
  return static_cast<std::size_t>(std::lround(thinned));
}

}  // namespace plumbline::property
