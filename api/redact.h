#pragma once

#include <string_view>
#include <vector>

#include "api/operations.h"
#include "base/json.h"
#include "base/redaction.h"
#include "base/secret.h"

namespace plumbline::api {

/// Whether a binding of this type holds a value in this field that nobody may see: whatever a `secret_…` has beside its
/// name and type, how it is used (`algorithm`, `format`, `usages`), and the ids and names of what it refers to. So
/// `text` of `secret_text`, `key_base64` and `key_jwk` of `secret_key`, and whatever a type of tomorrow calls it.
bool is_value_of_secret(std::string_view binding_type, std::string_view field);

/// A result of the API without what is secret in it:
///
///   jwt                              of upload sessions: whoever has it may upload assets
///   url of a tail                    a wss:// address that lets its bearer read the Worker's logs
///   values of secret_… bindings      see is_value_of_secret(); also a `text` beside a name alone. The API never shows
///                                    them; a server that does must not make us print or remember them
///   key_base64, key_jwk              wherever they stand
///   password, access_client_secret   of Hyperdrive's origins
///
/// (https://developers.cloudflare.com/api/resources/workers/, …/hyperdrive/.) A null stays null. What is taken out is
/// overwritten.
Json redacted(Json result, SessionToken token = SessionToken::hidden);

/// The values of secrets in what is sent, by the same rules.
std::vector<Secret> secrets_in(const Json& document);

/// The same of a body that somebody else has written: of JSON, and of `metadata` and `settings` in a form.
std::vector<Secret> secrets_in(std::string_view content_type, std::string_view body);

}  // namespace plumbline::api
