#pragma once

#include <cstddef>

namespace plumbline::property {

/// Of `all` cases those that this run tries, at least one: a tenth, which is what daily work needs.
/// PLUMBLINE_PROPERTY_FACTOR says another share: 1 for all, as CI does, 10 for a long run. A sanitizer makes each case
/// several times as slow, and what it looks for shows in the first of them: it tries a tenth of that.
std::size_t cases(std::size_t all);

/// Where cases have an order that is better thinned than cut short: every how many-th this run tries, if one that tries
/// all takes every `least`-th.
std::size_t stride(std::size_t least);

}  // namespace plumbline::property
