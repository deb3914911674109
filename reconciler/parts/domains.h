#pragma once

#include <string>
#include <string_view>

namespace plumbline::reconciler {

/// `domain <hostname>`
std::string domain_key(std::string_view hostname);

}  // namespace plumbline::reconciler
