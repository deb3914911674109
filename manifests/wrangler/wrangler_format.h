#pragma once

#include <string_view>

#include "manifests/worker.h"

namespace plumbline::manifests {

/// Which syntax a JavaScript entry is written in, as wrangler finds it out: with a default export it is
/// an ES module, otherwise a service worker. Comments, strings, templates and regular expressions are
/// passed over; the code is neither parsed nor run.
Syntax guess_syntax(std::string_view javascript);

}  // namespace plumbline::manifests
