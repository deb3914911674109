#pragma once

#include "base/json.h"

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

}  // namespace plumbline::api
