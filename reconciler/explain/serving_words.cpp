#include <fmt/format.h>

#include "reconciler/explain/serving.h"
#include "reconciler/explain/words.h"

namespace plumbline::reconciler {
namespace {

using Candidate = ServingCandidate;
using ServedBy = Serving::Outcome;

Json candidate_json(const Candidate& candidate) {
  return {{"kind", to_string(candidate.kind)},
          {"verdict", to_string(candidate.verdict)},
          {"name", candidate.name},
          {"address", candidate.address},
          {"worker", text_or_null(candidate.worker)},
          {"zone", text_or_null(candidate.zone)},
          {"file", text_or_null(candidate.file)},
          {"why", candidate.why},
          {"undocumented", json_list(candidate.undocumented)}};
}

std::string target_of(const Candidate& candidate) {
  if (!candidate.worker.empty()) return worker_address(candidate.worker);
  return candidate.kind == Candidate::Kind::filter ? "the zone's own script, or none" : "no Worker";
}

// `route.shop.example.com/* -> worker.checkout (zone example.com, workers/checkout.yaml)`
std::string line_of(const Candidate& candidate) {
  auto text = candidate.address;
  const bool is_worker_itself = candidate.kind >= Candidate::Kind::workers_dev;
  if (!is_worker_itself) text += " -> " + target_of(candidate);
  std::string beside = candidate.zone.empty() ? "" : "zone " + candidate.zone;
  if (!candidate.file.empty()) beside += (beside.empty() ? "" : ", ") + candidate.file;
  if (!beside.empty()) text += " (" + beside + ")";
  return text;
}

std::string verdict_of(const Serving& serving) {
  switch (serving.outcome) {
    case ServedBy::worker:
      return "served by " + worker_address(serving.worker.name);
    case ServedBy::zone_script:
      return "served by the zone-level script of its zone";
    case ServedBy::no_worker:
      return "served by no Worker: the request goes to the origin of the host, if it has one";
    case ServedBy::unknown:
      break;
  }
  const auto& name = serving.worker.name;
  return name.empty() ? "not known" : "not known; by what was read it is " + worker_address(name);
}

// Which manifest and commit put the Worker there, or whose it is.
std::string provenance_of(const ExposedWorker& worker) {
  std::string text;
  if (!worker.file.empty()) text += worker.file;
  if (!worker.revision.empty()) text += (text.empty() ? "" : ", ") + ("live from " + worker.revision);
  const std::string owner = worker.owner.empty() ? "nobody has claimed it" : "owned by " + worker.owner;
  return text + (text.empty() ? "" : "; ") + owner;
}

void add_candidates(Lines& lines, std::string_view title, const Serving& serving, Candidate::Verdict verdict) {
  bool first = true;
  for (const auto& candidate : serving.candidates) {
    if (candidate.verdict != verdict) continue;
    if (first) lines.add(0, title);
    first = false;
    lines.add(1, line_of(candidate));
    lines.add(2, candidate.why);
  }
}

std::vector<std::string> all_undocumented(const Serving& serving) {
  auto all = serving.undocumented;
  for (const auto& candidate : serving.candidates) {
    all.insert(all.end(), candidate.undocumented.begin(), candidate.undocumented.end());
  }
  return all;
}

}  // namespace

std::string_view to_string(ServingCandidate::Kind kind) {
  switch (kind) {
    case Candidate::Kind::route:
      return "route";
    case Candidate::Kind::filter:
      return "filter";
    case Candidate::Kind::domain:
      return "domain";
    case Candidate::Kind::workers_dev:
      return "workers_dev";
    case Candidate::Kind::preview:
      break;
  }
  return "preview";
}

std::string_view to_string(ServingCandidate::Verdict verdict) {
  switch (verdict) {
    case Candidate::Verdict::decides:
      return "decides";
    case Candidate::Verdict::comes_later:
      return "comes_later";
    case Candidate::Verdict::not_now:
      break;
  }
  return "not_now";
}

std::string_view to_string(Serving::Outcome outcome) {
  switch (outcome) {
    case ServedBy::worker:
      return "worker";
    case ServedBy::zone_script:
      return "zone_script";
    case ServedBy::no_worker:
      return "no_worker";
    case ServedBy::unknown:
      break;
  }
  return "unknown";
}

Json to_json(const Serving& serving) {
  JsonArray candidates;
  for (const auto& candidate : serving.candidates) candidates.push_back(candidate_json(candidate));
  return {{"url", serving.url.shown()},
          {"outcome", to_string(serving.outcome)},
          {"worker", text_or_null(serving.worker.name)},
          {"owner", text_or_null(serving.worker.owner)},
          {"file", text_or_null(serving.worker.file)},
          {"revision", text_or_null(serving.worker.revision)},
          {"candidates", std::move(candidates)},
          {"unknown", json_list(serving.unknown)},
          {"undocumented", json_list(serving.undocumented)}};
}

std::string as_text(const Serving& serving) {
  Lines lines;
  lines.add(0, serving.url.shown());
  lines.add(1, verdict_of(serving));
  if (!serving.worker.name.empty()) lines.add(1, provenance_of(serving.worker));
  add_candidates(lines, "Decided by:", serving, Candidate::Verdict::decides);
  add_candidates(lines, "Would match as well, and come later:", serving, Candidate::Verdict::comes_later);
  add_candidates(lines, "Does not match, or is switched off:", serving, Candidate::Verdict::not_now);
  lines.add_list(0, "Not known:", serving.unknown);
  lines.add_list(0, "Not documented by Cloudflare:", all_undocumented(serving));
  return lines.take();
}

}  // namespace plumbline::reconciler
