#include "manifests/sources/secret_store.h"

#include <fmt/format.h>

#include <utility>

#include "base/secret_text.h"
#include "manifests/documents/rules.h"
#include "manifests/sources/descriptor.h"
#include "manifests/sources/stand_in.h"

namespace plumbline::manifests {
namespace {

// Far above the API's limit (5 kB), which the server enforces itself.
constexpr std::uint64_t kMaxSecretBytes = 64ULL * 1024;

class DirectoryStore final : public SecretStore {
 public:
  DirectoryStore(std::string name, std::string folder) : name_(std::move(name)), folder_(std::move(folder)) {}

  [[nodiscard]] Result<Secret> read(std::string_view key) const override {
    // A malformed key may be a value in the wrong place, so it is not repeated.
    if (const auto problem = secret_key_problem(key)) {
      return fail(fmt::format("secret store \"{}\": the key {}", name_, *problem));
    }
    auto value = read_file(std::string(key));
    if (!value) {
      return fail(fmt::format("secret store \"{}\", key \"{}\": {}", name_, key, value.error().message));
    }
    return value;
  }

 private:
  // The folder is opened each time, because a mounted folder may be replaced as a whole.
  [[nodiscard]] Result<Secret> read_file(const std::string& key) const {
    const auto folder = open_root(folder_);
    if (!folder) return std::unexpected(folder.error());
    const auto file = open_beneath(*folder, key, Target::file, Links::follow_inside);
    if (!file) return std::unexpected(file.error());
    auto bytes = read_all(*file, kMaxSecretBytes, key);
    if (!bytes) return std::unexpected(bytes.error());
    if (const auto what = stand_in_of(*bytes)) {
      wipe(*bytes);
      return fail(fmt::format("the file {}", *what));
    }
    auto secret = secret_from_text(std::move(*bytes), SecretLines::many);
    if (!secret) return fail("the file " + secret.error().message);
    return secret;
  }

  std::string name_;
  std::string folder_;
};

}  // namespace

Result<std::unique_ptr<SecretStore>> open_directory_store(std::string name, const std::string& folder) {
  if (const auto opened = open_root(folder); !opened) {
    return fail(fmt::format("secret store \"{}\": {}", name, opened.error().message));
  }
  return std::make_unique<DirectoryStore>(std::move(name), folder);
}

}  // namespace plumbline::manifests
