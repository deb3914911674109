#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// Where values of secrets come from. Read anew at each call, so that a rotated file is seen.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// The error names store and key, never a value. Blocks; for the pool.
  [[nodiscard]] virtual Result<Secret> read(std::string_view key) const = 0;
};

/// One file a key, at most one level of folders (`checkout/signing`); Kubernetes' `..data` links
/// are followed inside the folder. A value may have many lines; secret_from_text() says what of a file it is.
Result<std::unique_ptr<SecretStore>> open_directory_store(std::string name, const std::string& folder);

}  // namespace plumbline::manifests
