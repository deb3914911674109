#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace plumbline::testing {

/// tinyproxy on 127.0.0.1, with one user, whose password is canary("proxy"). Ends with this object.
class ProxyProcess {
 public:
  static std::vector<std::string> programs() { return {"/usr/bin/tinyproxy"}; }

  explicit ProxyProcess(std::filesystem::path folder);

  [[nodiscard]] std::string user() const { return "edge"; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// As HTTPS_PROXY has it.
  [[nodiscard]] std::string url(const std::string& password) const;
  [[nodiscard]] std::string log() const { return process_->out() + process_->err(); }

 private:
  std::filesystem::path folder_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace plumbline::testing
