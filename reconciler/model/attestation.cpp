#include "reconciler/model/attestation.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "base/text.h"

namespace plumbline::reconciler {
namespace {

// The two forms differ only in the last part: a version that states nothing unseen is never made again because of it.
constexpr std::string_view kWithoutUnseen = "p1";
constexpr std::string_view kWithUnseen = "p2";
constexpr std::size_t kMessageLimit = 1000;  // bytes, "workers/message"
constexpr std::size_t kDigestLength = 32;
constexpr std::string_view kWriter = "w.";
constexpr std::size_t kWriterLength = 16;  // hex digits

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_digest(std::string_view text) {
  return text == "-" || is_hex(text, kDigestLength);
}

std::string_view without_parameters(std::string_view content_type) {
  return content_type.substr(0, content_type.find(';'));
}

// `main@sha1:0123…` becomes `0123456789ab`; a folder has no commit.
std::string short_commit(std::string_view revision) {
  constexpr std::size_t kShort = 12;
  const auto colon = revision.rfind(':');
  if (colon == std::string_view::npos) return std::string(revision.substr(0, 100));
  return std::string(revision.substr(colon + 1, kShort));
}

// At most `limit` bytes of `text`, cut between two characters.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

}  // namespace

std::string to_string(const Attestation& attestation) {
  const bool unseen = attestation.unseen != "-";
  const auto text = std::string(unseen ? kWithUnseen : kWithoutUnseen) + '.' + attestation.key_id + '.' +
                    attestation.modules + '.' + attestation.assets + '.' + attestation.secrets;
  return unseen ? text + '.' + attestation.unseen : text;
}

std::optional<Attestation> parse_attestation(std::string_view text) {
  const auto parts = split(text, '.');
  const bool without = parts.size() == 5 && parts[0] == kWithoutUnseen;
  const bool with = parts.size() == 6 && parts[0] == kWithUnseen;
  if (!without && !with) return std::nullopt;
  const bool key = parts[1] == "-" || is_hex(parts[1], 8);
  if (!key || !std::all_of(parts.begin() + 2, parts.end(), is_digest)) return std::nullopt;
  return Attestation{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]), std::string(parts[4]),
                     std::string(with ? parts[5] : "-")};
}

std::optional<Attestation> attestation_of(const Json* annotations) {
  if (annotations == nullptr) return std::nullopt;
  const auto message = string_member(*annotations, "workers/message");
  const auto space = message.rfind(' ');
  return parse_attestation(space == std::string_view::npos ? message : message.substr(space + 1));
}

std::string manifest_file_of(const Json* annotations) {
  if (!attestation_of(annotations)) return {};
  // `<revision>, <file>; <attestation>`; no revision holds a space.
  const auto message = string_member(*annotations, "workers/message");
  const auto begin = message.find(", ");
  const auto end = message.rfind("; ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 2) return {};
  return std::string(message.substr(begin + 2, end - begin - 2));
}

// `<revision>, <file>; w.<writer> <attestation>`; no revision holds a space, and the part before a writer ends with the
// semicolon.
std::optional<Author> author_of(const Json* annotations) {
  if (!attestation_of(annotations)) return std::nullopt;
  const auto message = string_member(*annotations, "workers/message");
  const auto words = split(message, ' ');
  if (words.size() < 3 || !words.front().ends_with(',')) return std::nullopt;
  const auto writer = words[words.size() - 2];
  if (!writer.starts_with(kWriter) || !is_hex(writer.substr(kWriter.size()), kWriterLength)) return std::nullopt;
  const auto revision = words.front().substr(0, words.front().size() - 1);
  return Author{std::string(writer.substr(kWriter.size())), std::string(revision)};
}

bool bears_annotations(const JsonObject& version, const JsonObject& body) {
  const auto* live = member(version, "annotations");
  const auto* written = member(body, "annotations");
  if (live == nullptr || written == nullptr || !written->is_object()) return false;
  return std::ranges::all_of(written->get_object(), [live](const auto& entry) {
    const auto* value = member(*live, entry.key());
    return value != nullptr && equal(*value, entry.value());
  });
}

void sign(JsonObject& annotations, std::string_view writer) {
  std::string message(string_member(annotations, "workers/message"));
  const auto proof = message.rfind(' ');
  if (proof == std::string::npos) return;
  message.insert(proof, ' ' + std::string(kWriter) + std::string(writer));
  annotations["workers/message"] = message;
}

JsonObject annotations_for(const Attestation& attestation, std::string_view revision, std::string_view file) {
  const std::string proof = ' ' + to_string(attestation);
  constexpr auto kSignature = 1 + kWriter.size() + kWriterLength;
  std::string text = std::string(revision) + ", " + printable(file) + ';';
  text = cut(text, kMessageLimit - kSignature - proof.size());
  return {{"workers/message", text + proof}, {"workers/tag", short_commit(revision)}};
}

std::string modules_digest(manifests::Syntax syntax, std::vector<ModuleIdentity> modules) {
  if (modules.size() > 1) {
    std::sort(modules.begin() + 1, modules.end(),
              [](const auto& left, const auto& right) { return left.name < right.name; });
  }
  // Names are written as JSON strings, so that no name can look like two.
  JsonArray identity{syntax == manifests::Syntax::module ? "module" : "service-worker"};
  for (const auto& module : modules) {
    // A service worker is a single script, and the service does not return its name.
    const bool named = syntax == manifests::Syntax::module;
    identity.push_back(
        JsonArray{named ? module.name : "", std::string(without_parameters(module.content_type)), module.sha256});
  }
  return truncated(sha256_hex(to_canonical_text(identity)));
}

std::string key_id(const Secret& fingerprint_key) {
  if (fingerprint_key.empty()) return "-";
  return hmac_sha256_hex(fingerprint_key, "plumbline key id").substr(0, 8);
}

std::string secret_fingerprint(const Secret& fingerprint_key, std::string_view name, std::string_view value) {
  if (fingerprint_key.empty()) return {};
  // The name is included, so that two secrets with the same value do not reveal that they are equal.
  std::string text = std::string(name) + '\0' + std::string(value);
  auto digest = truncated(hmac_sha256_hex(fingerprint_key, text));
  wipe(text);
  return digest;
}

std::string secrets_digest(const Secret& fingerprint_key, const std::map<std::string, std::string>& fingerprints) {
  if (fingerprint_key.empty() || fingerprints.empty()) return "-";
  JsonObject all;
  for (const auto& [name, fingerprint] : fingerprints) all.emplace(name, fingerprint);
  return truncated(hmac_sha256_hex(fingerprint_key, to_canonical_text(all)));
}

}  // namespace plumbline::reconciler
