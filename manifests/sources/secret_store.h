#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// Reads values of secrets. Every call reads anew, so a file that was rotated is noticed.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// The value under `key`. The error names store and key, never a value. Blocks; for the pool.
  [[nodiscard]] virtual Result<Secret> read(std::string_view key) const = 0;
};

/// A store with one file per key and at most one level of folders (`checkout/signing`). Kubernetes' `..data` links are
/// followed inside the folder. A value may have several lines; secret_from_text() says which part of the file it is.
/// The error says why the folder cannot be opened.
Result<std::unique_ptr<SecretStore>> open_directory_store(std::string name, const std::string& folder);

}  // namespace plumbline::manifests
