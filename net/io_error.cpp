#include "net/io_error.h"

namespace plumbline::net {

std::string_view to_string(IoFailure failure) {
  switch (failure) {
    case IoFailure::resolve:
      return "resolve";
    case IoFailure::connect:
      return "connect";
    case IoFailure::proxy:
      return "proxy";
    case IoFailure::tls:
      return "tls";
    case IoFailure::timeout:
      return "timeout";
    case IoFailure::closed:
      return "closed";
    case IoFailure::malformed:
      return "malformed";
    case IoFailure::too_large:
      return "too_large";
    case IoFailure::refused:
      return "refused";
    case IoFailure::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace plumbline::net
