#include "reconciler/model/origin.h"

namespace plumbline::reconciler {

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::intent:
      return "intent";
    case Origin::drift:
      return "drift";
    case Origin::both:
      return "both";
    case Origin::unknown:
      return "unknown";
  }
  return "unknown";
}

Origin joined(Origin left, Origin right) {
  if (left == right) return left;
  return has_drift(left) || has_drift(right) ? Origin::both : Origin::unknown;
}

}  // namespace plumbline::reconciler
