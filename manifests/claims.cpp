#include "manifests/claims.h"

#include <fmt/format.h>

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
};

std::vector<Claim> claims_of(const DesiredWorker& worker) {
  std::vector<Claim> claims;
  if (worker.routes) {
    // The host implies the zone, which a manifest may write as a name, as an id, or not at all.
    for (const DesiredRoute& route : *worker.routes) {
      claims.push_back({fmt::format("route \"{}\"", route.pattern), route.where});
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
  SourceLocation where;
};

std::string named(const LoadedDraft& draft) {
  return draft.name.empty() ? "another Worker" : fmt::format("the Worker \"{}\"", draft.name);
}

void report(const Claimant& claimant, const Claimant& rival, const std::string& what,
            std::vector<Diagnostic>& diagnostics) {
  claimant.draft->broken = true;
  diagnostics.push_back(
      {.where = claimant.where,
       .summary = fmt::format("the {} also belongs to {}, at {}:{}:{}", what, named(*rival.draft), rival.where.file,
                              rival.where.line, rival.where.column),
       .detail = "it can belong to only one Worker; until one of the two is changed, neither is used"});
}

}  // namespace

void break_rivals(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics) {
  std::map<std::string, Claimant> first;
  for (LoadedDraft& draft : drafts) {
    for (Claim& claim : claims_of(draft.draft().worker)) {
      const Claimant claimant{&draft, std::move(claim.where)};
      const auto [known, is_new] = first.emplace(claim.what, claimant);
      // If one Worker states it twice, another check reports that.
      if (is_new || known->second.draft == &draft) continue;
      report(claimant, known->second, claim.what, diagnostics);
      report(known->second, claimant, claim.what, diagnostics);
    }
  }
}

}  // namespace plumbline::manifests
