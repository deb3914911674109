#include "manifests/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

// One thing that a Worker states as its own, and where.
struct Claim {
  std::string what;  // `route "a.example.com/*"`, the same for every Worker that states it
  SourceLocation where;
  // Of a route, whose pattern may stand once in each zone; empty where it is not stated in this form.
  std::string zone = {};
  std::string zone_id = {};
};

bool differ(const std::string& left, const std::string& right) {
  return !left.empty() && !right.empty() && left != right;
}

// A zone may be stated by name, by id, or not at all: only two names or two ids tell that it is another one.
bool are_elsewhere(const Claim& left, const Claim& right) {
  return differ(left.zone, right.zone) || differ(left.zone_id, right.zone_id);
}

std::vector<Claim> claims_of(const DesiredWorker& worker) {
  std::vector<Claim> claims;
  if (worker.routes) {
    for (const DesiredRoute& route : *worker.routes) {
      claims.push_back({fmt::format("route \"{}\"", route.pattern), route.where, to_lower(route.zone), route.zone_id});
    }
  }
  if (worker.domains) {
    for (const DesiredDomain& domain : *worker.domains) {
      claims.push_back({fmt::format("hostname \"{}\"", to_lower(domain.hostname)), domain.where});
    }
  }
  if (worker.queue_consumers) {
    for (const DesiredQueueConsumer& consumer : *worker.queue_consumers) {
      claims.push_back({fmt::format("queue \"{}\"", consumer.queue), consumer.where});
    }
  }
  if (worker.workflows) {
    for (const DesiredWorkflow& workflow : *worker.workflows) {
      claims.push_back({fmt::format("workflow \"{}\"", workflow.name), workflow.where});
    }
  }
  return claims;
}

struct Claimant {
  LoadedDraft* draft;
  Claim claim;
};

std::string named(const LoadedDraft& draft) {
  return draft.name.empty() ? "another Worker" : fmt::format("the Worker \"{}\"", draft.name);
}

void report(const Claimant& claimant, const Claimant& rival, std::vector<Diagnostic>& diagnostics) {
  const SourceLocation& other = rival.claim.where;
  claimant.draft->broken = true;
  diagnostics.push_back(
      {.where = claimant.claim.where,
       .summary = fmt::format("the {} also belongs to {}, at {}:{}:{}", claimant.claim.what, named(*rival.draft),
                              other.file, other.line, other.column),
       .detail = "it can belong to only one Worker; until one of the two is changed, neither is used"});
}

}  // namespace

void break_rivals(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics) {
  std::map<std::string, std::vector<Claimant>> known;
  for (LoadedDraft& draft : drafts) {
    for (Claim& claim : claims_of(draft.draft().worker)) {
      auto& others = known[claim.what];
      const Claimant claimant{&draft, std::move(claim)};
      const auto rival = std::ranges::find_if(
          others, [&](const Claimant& other) { return !are_elsewhere(other.claim, claimant.claim); });
      if (rival == others.end()) {
        others.push_back(claimant);
      } else if (rival->draft != &draft) {  // if one Worker states it twice, another check reports that
        report(claimant, *rival, diagnostics);
        report(*rival, claimant, diagnostics);
      }
    }
  }
}

}  // namespace plumbline::manifests
