#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "simulator/answer.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// Makes code from uploaded modules. It is not run and hardly parsed: text that is plainly no script, or that has no
/// entry, is 400/10021 or 10068. `main` must be the name of one of the modules.
Try<std::shared_ptr<const Code>> make_code(Syntax syntax, std::string_view main, std::vector<Module> modules);

/// The module of that name; nullptr if there is none.
const Module* find_module(const Code& code, std::string_view name);

/// The entry module. Never null for code from make_code().
const Module* main_module(const Code& code);

}  // namespace plumbline::simulator
