#include "tests/support/proxy_process.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/http.h"

namespace plumbline::testing {

ProxyProcess::ProxyProcess(std::filesystem::path folder) : folder_(std::move(folder)), port_(free_port()) {
  write_file(folder_ / "tinyproxy.conf",
             fmt::format("Port {}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nBasicAuth {} {}\n", port_, user(),
                         canary("proxy")));
  process_ = std::make_unique<Process>(Program{.file = "tinyproxy",
                                               .arguments = {"-d", "-c", (folder_ / "tinyproxy.conf").string()},
                                               .environment = {{"PATH", "/usr/bin:/bin"}},
                                               .output_folder = folder_ / "output"});
  if (!eventually([&] { return log().contains("Accepting connections"); })) {
    throw std::runtime_error("tinyproxy does not listen: " + log());
  }
}

std::string ProxyProcess::url(const std::string& password) const {
  return fmt::format("http://{}:{}@127.0.0.1:{}", user(), password, port_);
}

}  // namespace plumbline::testing
