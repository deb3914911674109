#pragma once

#include <cstdint>
#include <string_view>

namespace plumbline::reconciler {

/// Where a difference between a live Worker and its manifest comes from.
enum class Origin : std::uint8_t {
  intent,   ///< the manifest asks for something else than it did when it was applied last
  drift,    ///< somebody changed the live Worker since
  both,     ///< both
  unknown,  ///< nothing tells what was so before; treated as intent
};

/// `intent`, `drift`, `both`, `unknown`
std::string_view to_string(Origin origin);

/// Whether some of it is known to be somebody's edit, which a write would undo.
inline bool has_drift(Origin origin) {
  return origin == Origin::drift || origin == Origin::both;
}

/// The origin of two differences together. Drift beside anything else is both: not drift alone, which alone may be held
/// back.
Origin joined(Origin left, Origin right);

}  // namespace plumbline::reconciler
