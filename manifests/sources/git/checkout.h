#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// A folder inside a checkout of git.
struct Checkout {
  /// Its way from the top of the checkout, and the commit that is checked out: `main@sha1:…`, or `sha1:…` where no
  /// branch is. Where git has no commit of the folder, the revision is `folder`.
  FolderPlace place;
  /// What the revision does not tell: which files differ from that commit, or why it is unknown.
  std::optional<Diagnostic> note;
};

/// Looks for the checkout around `folder`; nothing if there is none. Reads alone: no hook, filter or other program is
/// run, and nothing is written. Blocks; for the pool.
std::optional<Checkout> find_checkout(const std::string& folder);

}  // namespace plumbline::manifests
