#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/secret.h"
#include "manifests/worker.h"

/// What a version says of its own content. Content and secrets cannot be read cheaply (secrets not
/// at all), but a version is immutable: an annotation that we wrote with it attests what it holds.
/// It ends `workers/message`: `p1.<key id>.<modules>.<assets>.<secrets>`, each digest 128 bits in
/// hex, `-` where there is none; `p2.<key id>.<modules>.<assets>.<secrets>.<unseen>` where something is stated that no
/// read shows. Before it stands who wrote the version, `w.<16 hex>`: another id than one's own tells of a second
/// daemon, or of an apply elsewhere. Versions of older releases have none.
namespace plumbline::reconciler {

struct Attestation {
  std::string key_id;   ///< which fingerprint key made `secrets`; `-` without a key
  std::string modules;  ///< digest of names, types and bytes of the modules
  std::string assets;   ///< digest of the static assets
  std::string secrets;  ///< HMAC over the names and values of the managed secrets
  /// Digest of the stated settings that no read shows, see unseen.h; `-` where none was stated.
  std::string unseen = "-";

  friend bool operator==(const Attestation&, const Attestation&) = default;
};

std::string to_string(const Attestation& attestation);
std::optional<Attestation> parse_attestation(std::string_view text);

/// The attestation in an `annotations` object of the API; nothing if it holds none of ours.
std::optional<Attestation> attestation_of(const Json* annotations);

/// The manifest that such an `annotations` object names; empty if none of ours, or if its name was too long.
std::string manifest_file_of(const Json* annotations);

/// Who made a version, and from what.
struct Author {
  std::string writer;    ///< Journal::writer() of the process that wrote it, 16 hex digits
  std::string revision;  ///< `main@sha1:<40 hex>`, `folder`

  friend bool operator==(const Author&, const Author&) = default;
};

/// The author in an `annotations` object of the API; nothing if it is none of ours, or of a release that named none.
std::optional<Author> author_of(const Json* annotations);

/// `annotations` for a write: `workers/tag` (at most 100 bytes) and `workers/message` (at most 1000
/// bytes).
JsonObject annotations_for(const Attestation& attestation, std::string_view revision, std::string_view file);

/// Whether a version that was read (GET versions/{id}) bears all annotations of the body of a write.
bool bears_annotations(const JsonObject& version, const JsonObject& body);

/// Puts who writes into annotations_for(): they leave room for it.
void sign(JsonObject& annotations, std::string_view writer);

/// The digest of a module's identity: entry first, then by name.
struct ModuleIdentity {
  std::string name;
  std::string content_type;  ///< parameters such as charset do not count
  std::string sha256;
};
std::string modules_digest(manifests::Syntax syntax, std::vector<ModuleIdentity> modules);

/// The first 8 hex digits of the key's own HMAC; `-` for an empty key.
std::string key_id(const Secret& fingerprint_key);

/// A keyed fingerprint of one value, 32 hex digits; empty without a key: an unkeyed digest of a
/// short secret could be guessed.
std::string secret_fingerprint(const Secret& fingerprint_key, std::string_view name, std::string_view value);

/// The digest over the fingerprints of all managed secrets; `-` if there are none or no key.
std::string secrets_digest(const Secret& fingerprint_key, const std::map<std::string, std::string>& fingerprints);

}  // namespace plumbline::reconciler
