#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Rules for texts in manifests. Each returns what is wrong, to be read behind the field's name
/// ("must begin with a letter"), or nothing. None repeats the text.
namespace plumbline::manifests {

/// Anything but the empty text.
std::optional<std::string> empty_problem(std::string_view text);

/// A Worker's name: a letter first, a letter or digit last, [A-Za-z0-9_-] between, at most 63.
std::optional<std::string> worker_name_problem(std::string_view text);

/// A binding's or secret's name, which becomes a property of `env`: [A-Za-z_$][A-Za-z0-9_$]*.
std::optional<std::string> binding_name_problem(std::string_view text);

/// A day that exists, as YYYY-MM-DD.
std::optional<std::string> date_problem(std::string_view text);

/// A Worker's tag. `plumbline=` marks ownership and `cf:` is Cloudflare's own; at most 1024
/// characters (the API's limit).
std::optional<std::string> tag_problem(std::string_view text);

/// A JSON pointer (RFC 6901) that does not mean the whole document.
std::optional<std::string> pointer_problem(std::string_view text);

/// A key in a secret store: one or two segments of [A-Za-z0-9._-] that do not begin with a dot.
std::optional<std::string> secret_key_problem(std::string_view text);

/// The name under which a source knows a secret store: [A-Za-z0-9_-]+.
std::optional<std::string> store_name_problem(std::string_view text);

/// The name of a value for `${NAME}`: [A-Za-z_][A-Za-z0-9_]*.
std::optional<std::string> variable_name_problem(std::string_view text);

/// The name of an environment: [A-Za-z0-9_-]+.
std::optional<std::string> environment_name_problem(std::string_view text);

/// `none`, `unowned`, or `<instance>/<source>`.
std::optional<std::string> adopt_problem(std::string_view text);

}  // namespace plumbline::manifests
