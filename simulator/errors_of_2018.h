#pragma once

#include <string_view>

#include "simulator/answer.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// A refusal as the page of 2018 has it, where that differs: 404/10005 for a path that lacks its account, its zone or
/// the name of its script, 400/10027 for a script that is too large, and the old text of 10007. `path` is the part
/// after /client/v4.
Refusal as_of_2018(const World& world, std::string_view method, std::string_view path, Refusal refusal);

}  // namespace plumbline::simulator
