#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "manifests/edit/document_edit.h"
#include "manifests/kinds/defaults.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// A value of a Worker's spec as it shall be in its manifest, under the names of a Plumbline manifest; a wrangler
/// config gets it in its own words. Never a secret.
struct AcceptedValue {
  enum class How : std::uint8_t {
    set,
    remove,       ///< the key goes
    add_item,     ///< to the list at `path`
    remove_item,  ///< from the list at `path`: the items whose member `key` is `value`, or that are it
  };
  How how = How::set;
  std::vector<std::string> path;  ///< `compatibility_date`; `bindings`, `GREETING`; `routes`
  Json value{};
  std::string key{};   ///< of remove_item: `pattern`, `hostname`
  std::string what{};  ///< as the plan calls it: `binding GREETING`
};

/// A value that stays as it is in git, and why.
struct NotAccepted {
  std::string what;
  SourceLocation where;  ///< of what states it; no line: the file as a whole
  std::string message;
};

/// The document of a file to which a place belongs (DesiredWorker::where); nothing: to none.
std::optional<std::size_t> document_at(const SourceLocation& where, std::string_view text,
                                       WrittenAs written_as = WrittenAs::manifest);

/// Everything that decides where the values of a Worker come from.
struct WrittenWorker {
  std::string file;          ///< of its manifest
  std::size_t document = 0;  ///< of the file, from 0 (see document_at())
  WrittenAs written_as = WrittenAs::manifest;
  std::string environment;                         ///< of the source
  std::string name_suffix;                         ///< of the source
  std::shared_ptr<const FolderDefaults> defaults;  ///< of the file's folder; null: none
};

struct AcceptedText {
  std::string text;  ///< of the whole file, changed as far as it could be
  std::vector<NotAccepted> refused;
};

/// Writes values into the file that states them. A value that comes from Defaults, from an environment or from a `${}`
/// is refused, with its place, and so is what cannot be changed in place or has no place in a wrangler config; the
/// others are written all the same.
AcceptedText accept_values(const WrittenWorker& worker, std::string_view text,
                           const std::vector<AcceptedValue>& values);

}  // namespace plumbline::manifests
