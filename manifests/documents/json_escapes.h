#pragma once

#include <string>
#include <string_view>

namespace plumbline::manifests {

/// JSON writes characters beyond U+FFFF as two escapes (`\ud83d\ude00`), YAML as one (`\U0001f600`). This is the only
/// respect in which JSON is not YAML. Returns `json` with such pairs written in YAML's way.
std::string join_surrogates(std::string_view json);

}  // namespace plumbline::manifests
