#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/secret.h"
#include "manifests/worker.h"

/// What a version says about its own content. Content is expensive to read, and secrets cannot be read at all. But a
/// version is immutable, so an annotation that we wrote with it attests what it holds.
///
/// The attestation is the end of `workers/message`: `p1.<key id>.<modules>.<assets>.<secrets>`. Each digest has 128
/// bits in hex; `-` means that there is none. If settings are stated that no read shows, it is `p2.<key
/// id>.<modules>.<assets>.<secrets>.<unseen>`. In front of it stands the writer, `w.<16 hex>`. A writer id other than
/// our own shows a second daemon, or an apply elsewhere. Versions of older releases have no writer.
namespace plumbline::reconciler {

struct Attestation {
  std::string key_id;   ///< the fingerprint key behind `secrets`; `-` without a key
  std::string modules;  ///< digest of the modules' names, types and bytes
  std::string assets;   ///< digest of the static assets
  std::string secrets;  ///< HMAC over names and values of the managed secrets
  /// Digest of the stated settings that no read shows (unseen.h); `-` if none was stated.
  std::string unseen = "-";

  friend bool operator==(const Attestation&, const Attestation&) = default;
};

std::string to_string(const Attestation& attestation);
std::optional<Attestation> parse_attestation(std::string_view text);

/// The attestation in an `annotations` object of the API; nothing if it has none of ours.
std::optional<Attestation> attestation_of(const Json* annotations);

/// The manifest that an `annotations` object names; empty if the annotation is not ours, or if the name was too long.
std::string manifest_file_of(const Json* annotations);

/// The process that made a version, and the revision that it was made from.
struct Author {
  std::string writer;    ///< Journal::writer() of the process, 16 hex digits
  std::string revision;  ///< `main@sha1:<40 hex>`, `folder`

  friend bool operator==(const Author&, const Author&) = default;
};

/// The author in an `annotations` object of the API; nothing if it is not ours, or comes from a release that named no
/// writer.
std::optional<Author> author_of(const Json* annotations);

/// `annotations` for a write: `workers/tag` (at most 100 bytes) and `workers/message` (at most 1000
/// bytes).
JsonObject annotations_for(const Attestation& attestation, std::string_view revision, std::string_view file);

/// Whether a version that was read (GET versions/{id}) has all annotations of a write's body.
bool bears_annotations(const JsonObject& version, const JsonObject& body);

/// Adds the writer to annotations from annotations_for(), which leave room for it.
void sign(JsonObject& annotations, std::string_view writer);

/// One module as it enters the digest.
struct ModuleIdentity {
  std::string name;
  std::string content_type;  ///< without parameters such as charset, which do not count
  std::string sha256;
};
/// The digest over all modules: the entry first, the others by name.
std::string modules_digest(manifests::Syntax syntax, std::vector<ModuleIdentity> modules);

/// The first 8 hex digits of the key's own HMAC; `-` for an empty key.
std::string key_id(const Secret& fingerprint_key);

/// A keyed fingerprint of one value, 32 hex digits. Empty without a key, because an unkeyed digest of a short secret
/// could be guessed.
std::string secret_fingerprint(const Secret& fingerprint_key, std::string_view name, std::string_view value);

/// The digest over the fingerprints of all managed secrets; `-` if there are no secrets, or no key.
std::string secrets_digest(const Secret& fingerprint_key, const std::map<std::string, std::string>& fingerprints);

}  // namespace plumbline::reconciler
