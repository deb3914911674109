#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/secret.h"

namespace plumbline::api {

/// What stands in the place of a secret.
inline constexpr std::string_view kRedacted = "(redacted)";

/// A result of the API without what is secret in it, for people and logs:
///
///   jwt                              of upload sessions: whoever has it may upload assets
///   url of a tail                    a wss:// address that lets its bearer read the Worker's logs
///   text, beside type secret_text    the API never shows it; a server that does must not make us
///   key_base64, key_jwk              the same, of secret_key
///   password, access_client_secret   of Hyperdrive's origins
///
/// (https://developers.cloudflare.com/api/resources/workers/, …/hyperdrive/.) A null stays null.
Json redacted(Json result);

/// The values of secrets in the body of a request, by the same rules: of JSON, and of `metadata` and `settings` in a
/// form.
std::vector<Secret> secrets_in(std::string_view content_type, std::string_view body);

/// `text` without these values, whether they stand in it as they are or as JSON escapes them. One of less than four
/// bytes stays: it says nothing, and might be found anywhere.
std::string without_secrets(std::string_view text, const std::vector<Secret>& secrets);

}  // namespace plumbline::api
