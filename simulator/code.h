#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "simulator/answer.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// Code out of uploaded modules. It is not run and hardly parsed: what plainly is no script, or has
/// no entry, is 400/10021 or 10068. `main` must be the name of one of the modules.
Try<std::shared_ptr<const Code>> make_code(Syntax syntax, std::string_view main, std::vector<Module> modules);

/// The module that the code begins with; never null for code that make_code made.
const Module* main_module(const Code& code);

}  // namespace plumbline::simulator
