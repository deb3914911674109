#include "manifests/sources/git/verify_keys.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "manifests/sources/descriptor.h"
#include "manifests/sources/git/git_ssh_key.h"

namespace plumbline::manifests {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1024ULL * 1024;
constexpr std::size_t kMaxFiles = 1000;
constexpr std::string_view kBeginArmor = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kEndArmor = "-----END PGP PUBLIC KEY BLOCK-----";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// The first packet of an OpenPGP file is a public key: tag 6 (RFC 4880, 4.2 and 4.3).
bool is_public_key_packet(std::string_view bytes) {
  constexpr unsigned kPublicKey = 6;
  if (bytes.empty()) return false;
  const unsigned first = static_cast<unsigned char>(bytes.front());
  if ((first & 0x80U) == 0) return false;
  const unsigned tag = (first & 0x40U) != 0 ? first & 0x3FU : first >> 2U & 0x0FU;
  return tag == kPublicKey;
}

// The bytes of one armored block (RFC 4880, 6.2): headers, an empty line, base64, a checksum. The checksum is ignored,
// because in the end gpgv decides whether it can read the key.
std::optional<std::string> without_armor(std::string_view block) {
  std::string base64;
  bool in_body = false;
  for (const std::string_view line : split(block, '\n')) {
    const auto text = trimmed(line);
    if (!in_body) {
      in_body = text.empty();
    } else if (text.starts_with('=')) {
      break;
    } else {
      base64 += text;
    }
  }
  auto bytes = from_base64(base64);
  if (!bytes || !is_public_key_packet(*bytes)) return std::nullopt;
  return bytes;
}

Result<void> add_armored(std::string_view text, TrustedKeys& keys) {
  while (true) {
    const auto begin = text.find(kBeginArmor);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + kBeginArmor.size());
    const auto newline = text.find('\n');
    const auto end = text.find(kEndArmor);
    if (newline == std::string_view::npos || end == std::string_view::npos || end < newline) {
      return fail("its armor is cut short");
    }
    const auto key = without_armor(text.substr(newline + 1, end - newline - 1));
    if (!key) return fail("its armor holds no public key");
    keys.keyring += *key;
    text.remove_prefix(end + kEndArmor.size());
  }
}

// The principal of a key whose file holds only the key.
std::string principal_of(std::string_view file) {
  constexpr std::string_view kSuffix = ".pub";
  std::string name(file.substr(0, file.size() - kSuffix.size()));
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !is_alphanumeric && c != '@' && c != '.' && c != '-' && c != '_';
      },
      '_');
  return name.empty() ? "key" : name;
}

// Lines of `TYPE BASE64 COMMENT`.
Result<void> add_public_keys(std::string_view name, std::string_view text, TrustedKeys& keys) {
  bool found = false;
  for (const std::string_view line : split(text, '\n')) {
    const auto content = trimmed(line);
    if (content.empty() || content.starts_with('#')) continue;
    const auto words = split(content, ' ');
    const auto key = words.size() < 2 ? std::nullopt : from_base64(words[1]);
    if (!key || key_type(*key) != words[0]) return fail("it is not an ssh public key");
    keys.allowed_signers += fmt::format("{} namespaces=\"git\" {} {}\n", principal_of(name), words[0], words[1]);
    found = true;
  }
  if (!found) return fail("it holds no key");
  return {};
}

Result<std::vector<std::string>> names_in(const Descriptor& folder) {
  auto opened = open_beneath(folder, ".", Target::folder, Links::follow_inside);
  if (!opened) return std::unexpected(opened.error());
  const auto stream = open_stream(*std::move(opened));
  if (!stream) return std::unexpected(stream.error());
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream->get())) {
    const std::string_view name(entry->d_name);
    if (!name.starts_with('.')) names.emplace_back(name);
    if (names.size() > kMaxFiles) return fail(fmt::format("it holds more than {} files", kMaxFiles));
  }
  std::ranges::sort(names);
  return names;
}

Result<void> add_file(const Descriptor& folder, const std::string& name, TrustedKeys& keys) {
  const auto file = open_beneath(folder, name, Target::file, Links::follow_inside);
  if (!file) return std::unexpected(file.error());
  const auto bytes = read_all(*file, kMaxFileBytes, name);
  if (!bytes) return std::unexpected(bytes.error());
  return add_trusted_keys(name, *bytes, keys);
}

}  // namespace

Result<void> add_trusted_keys(std::string_view name, std::string_view bytes, TrustedKeys& keys) {
  if (bytes.contains("PRIVATE KEY")) return fail("it holds a private key, which does not belong here");
  if (bytes.contains(kBeginArmor)) return add_armored(bytes, keys);
  if (is_public_key_packet(bytes)) {
    keys.keyring += bytes;
    return {};
  }
  if (name.contains("allowed_signers")) {
    keys.allowed_signers += bytes;
    if (!bytes.ends_with('\n')) keys.allowed_signers += '\n';
    return {};
  }
  if (name.ends_with(".pub")) return add_public_keys(name, bytes, keys);
  return fail("it is neither an OpenPGP public key nor a file of ssh keys (NAME.pub, or allowed_signers in its name)");
}

Result<TrustedKeys> read_trusted_keys(const std::string& folder) {
  const auto root = open_root(folder);
  if (!root) return std::unexpected(root.error());
  const auto names = names_in(*root);
  if (!names) return fail(fmt::format("the folder \"{}\" cannot be read: {}", folder, names.error().message));
  TrustedKeys keys;
  for (const std::string& name : *names) {
    if (auto added = add_file(*root, name, keys); !added) {
      return fail(fmt::format("the key \"{}/{}\" cannot be used: {}", folder, name, added.error().message));
    }
  }
  if (keys.empty()) return fail(fmt::format("the folder \"{}\" holds no key", folder));
  return keys;
}

}  // namespace plumbline::manifests
