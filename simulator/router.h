#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/call.h"

namespace plumbline::simulator {

/// Finds the endpoint of a method and a path.
class Router {
 public:
  /// All endpoints of the simulator.
  Router();

  struct Match {
    const Endpoint* endpoint = nullptr;
    std::vector<std::string> params;
  };

  /// The endpoint for a method and a path; nothing if there is none. `path` is the part after /client/v4, still
  /// percent-encoded. Fixed segments take precedence over placeholders.
  [[nodiscard]] std::optional<Match> find(std::string_view method, std::string_view path) const;

  /// Whether there is an endpoint of any method for the path.
  [[nodiscard]] bool knows(std::string_view path) const;

 private:
  struct Row {
    Endpoint endpoint;
    std::vector<std::string_view> segments;
    std::size_t placeholders = 0;
  };

  std::vector<std::vector<Row>> by_length_;  ///< index: number of segments
};

}  // namespace plumbline::simulator
