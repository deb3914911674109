#pragma once

#include <string>
#include <string_view>

namespace plumbline::manifests {

/// What stands behind the last dot of a file's name, as Node's path.extname: a dot that begins the name begins no
/// extension.
std::string_view extension_of(std::string_view path);

/// The Content-Type that a static asset is uploaded and served with, by its extension, as wrangler has it: texts are
/// UTF-8, and `application/null`, which stands for none, is for what nobody knows.
std::string served_type(std::string_view path);

}  // namespace plumbline::manifests
