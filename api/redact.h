#pragma once

#include <string_view>
#include <vector>

#include "api/operations.h"
#include "base/json.h"
#include "base/redaction.h"
#include "base/secret.h"

namespace plumbline::api {

/// Whether a binding of this type holds a secret value in this field. For a type `secret_…` every field counts, except
/// name and type, how it is used (`algorithm`, `format`, `usages`), and the ids and names of what it refers to. So
/// `text` of `secret_text`, `key_base64` and `key_jwk` of `secret_key` count, and so does a field of a future type.
bool is_value_of_secret(std::string_view binding_type, std::string_view field);

/// Removes the secrets from a result of the API:
///
///     jwt                              of upload sessions: its bearer may upload assets
///     url of a tail                    a wss:// address that lets its bearer read the Worker's logs
///     values of secret_… bindings      see is_value_of_secret(); also a `text` that has only a name beside it. The API
///                                      never shows them; if a server does, we must not print or remember them
///     key_base64, key_jwk              anywhere
///     password, access_client_secret   of Hyperdrive's origins
///
/// (https://developers.cloudflare.com/api/resources/workers/, …/hyperdrive/.) A null stays null. The memory of a
/// removed value is overwritten.
Json redacted(Json result, SessionToken token = SessionToken::hidden);

/// The values of secrets in a document that is sent, by the same rules.
std::vector<Secret> secrets_in(const Json& document);

/// The same for a body that the user wrote: JSON, or `metadata` and `settings` in a form.
std::vector<Secret> secrets_in(std::string_view content_type, std::string_view body);

}  // namespace plumbline::api
