#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Rules for texts in manifests. Each returns what is wrong, phrased to follow the field's name ("must begin with a
/// letter"), or nothing. No message repeats the text.
namespace plumbline::manifests {

/// Any text except the empty one.
std::optional<std::string> empty_problem(std::string_view text);

/// The name of a binding or secret, which becomes a property of `env`: [A-Za-z_$][A-Za-z0-9_$]*.
std::optional<std::string> binding_name_problem(std::string_view text);

/// A day that exists, written as YYYY-MM-DD.
std::optional<std::string> date_problem(std::string_view text);

/// A Worker's tag, at most 1024 characters (the API's limit). Refused: `plumbline=`, which marks ownership, and `cf:`,
/// which is Cloudflare's own.
std::optional<std::string> tag_problem(std::string_view text);

/// A JSON pointer (RFC 6901), except the one that means the whole document.
std::optional<std::string> pointer_problem(std::string_view text);

/// A key in a secret store: one or two segments of [A-Za-z0-9._-] that do not begin with a dot.
std::optional<std::string> secret_key_problem(std::string_view text);

/// The name by which a source refers to a secret store: [A-Za-z0-9_-]+.
std::optional<std::string> store_name_problem(std::string_view text);

/// The name of a value for `${NAME}`: [A-Za-z_][A-Za-z0-9_]*.
std::optional<std::string> variable_name_problem(std::string_view text);

/// The name of an environment: [A-Za-z0-9_-]+.
std::optional<std::string> environment_name_problem(std::string_view text);

/// The name of an exported class: a JavaScript identifier of ASCII.
std::optional<std::string> class_name_problem(std::string_view text);

/// The name of a workflow: [A-Za-z0-9_-], no hyphen first, at most 64
/// (isValidWorkflowName in workers-sdk, packages/workflows-shared/src/lib/validators.ts).
std::optional<std::string> workflow_name_problem(std::string_view text);

/// A rule of `run_worker_first`: a path, or `!` and a path.
std::optional<std::string> path_rule_problem(std::string_view text);

/// `none`, `unowned`, or `<instance>/<source>`.
std::optional<std::string> adopt_problem(std::string_view text);

}  // namespace plumbline::manifests
