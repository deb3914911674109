#pragma once

#include <string_view>

#include "manifests/worker.h"

namespace plumbline::manifests {

/// Guesses the syntax of a JavaScript entry as wrangler does: with a default export it is an ES module, otherwise a
/// service worker. Comments, strings, templates and regular expressions are skipped; the code is neither parsed nor
/// run.
Syntax guess_syntax(std::string_view javascript);

}  // namespace plumbline::manifests
