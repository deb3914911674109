#pragma once

#include <string>

#include "base/json.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

enum class Colour { off, on };

/// The plan in Terraform's manner, for a terminal.
std::string render_text(const Plan& plan, Colour colour);

/// The plan as one JSON document, Terraform-shaped; the same plan is the same bytes.
Json render_json(const Plan& plan);

/// Which comment of a pull request a text belongs to: there is one of each.
struct CommentKey {
  Owner owner;              ///< without an instance where that is not known
  std::string environment;  ///< empty: none
};

/// The plan as GitHub's Markdown, for a comment: at most 65,000 bytes. Its first line is a marker that tells whose it
/// is,
/// `<!-- plumbline:plan {"v":1,"instance":…,"source":…,"environment":…,"digest":…,"revision":…} -->`. What stands in
/// manifests and in the account comes only inside of code.
std::string render_markdown(const Plan& plan);

/// The same where there is no plan, with an empty digest.
std::string render_markdown(const CommentKey& key, const std::vector<Diagnostic>& diagnostics);

/// Sets `digest`, `sha256:…` over what an apply would do: account, source, addresses, actions, before, after,
/// operations and module digests of what changes, and why something is held back; not over revision, file, time or
/// drift. Also sets `change_digests`.
void digest_plan(Plan& plan);

}  // namespace plumbline::reconciler
