#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/result.h"
#include "manifests/edit/text_syntax.h"

namespace plumbline::manifests {

/// Why a file stays as it is.
struct EditProblem {
  SourceLocation where;
  std::string message;
};

/// A value of a document, and what it shall be.
struct ValueEdit {
  std::vector<std::string> path;  ///< keys from the root of the document on
  std::optional<Json> value;      ///< nothing: the key goes
};

/// The bytes of a file in which one of its documents says what `edits` want, and everything else stays byte for byte:
/// comments, line ends, quotes, order, the other documents. A list or map is changed by its members. The new bytes are
/// read again, and have to say exactly what was wanted: otherwise, and where the place of a value cannot be told for
/// sure, it is an error. `syntax`: nothing: told by the end of the file's name.
Result<std::string, EditProblem> edit_document(const std::string& file, std::string_view text, std::size_t document,
                                               const std::vector<ValueEdit>& edits,
                                               std::optional<TextSyntax> syntax = {});

/// The same, towards a whole document.
Result<std::string, EditProblem> rewrite_document(const std::string& file, std::string_view text, std::size_t document,
                                                  const Json& desired, std::optional<TextSyntax> syntax = {});

}  // namespace plumbline::manifests
