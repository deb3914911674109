#include "base/version.h"

namespace plumbline {

std::string_view version() {
  return PLUMBLINE_VERSION;
}

}  // namespace plumbline
