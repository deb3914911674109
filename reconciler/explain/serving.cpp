#include "reconciler/explain/serving.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "manifests/documents/hosts.h"
#include "manifests/kinds/zones.h"
#include "reconciler/explain/route_pattern.h"

namespace plumbline::reconciler {
namespace {

using Candidate = ServingCandidate;
using ServedBy = Serving::Outcome;

constexpr std::string_view kWorkersDev = ".workers.dev";

// https://developers.cloudflare.com/fundamentals/reference/network-ports/
constexpr std::array kPortsOfHttp{80, 8080, 8880, 2052, 2082, 2086, 2095};
constexpr std::array kPortsOfHttps{443, 2053, 2083, 2087, 2096, 8443};

struct Match {
  const ExposedRoute* route = nullptr;
  RoutePattern pattern;
};

// A person means this route, although it does not match.
std::string why_near_miss(Mismatch mismatch) {
  switch (mismatch) {
    case Mismatch::scheme:
      return "it matches the other scheme alone";
    case Mismatch::query:
      return "the URL has a query, and only a pattern that ends with * matches one";
    case Mismatch::case_of_path:
      return "the case of its path is another";
    default:
      return {};
  }
}

std::string route_leads_to(const ExposedRoute& route) {
  if (route.is_filter) return route.enabled ? "the zone-level script" : "no Worker";
  return route.worker.empty() ? "no Worker" : route.worker;
}

class ServingFinder {
 public:
  ServingFinder(const RequestUrl& url, const Exposure& exposure) : exposure_(exposure) { out_.url = url; }

  Serving run() {
    find_zone();
    note_port();
    match_routes();
    add_routes();
    add_domain();
    add_workers_dev();
    settle();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const RequestUrl& url() const { return out_.url; }

  // A host belongs to the zone with the longest name: the routes of a zone above it do not count.
  void find_zone() {
    for (const auto& zone : exposure_.zones) {
      if (zone.name.empty() || !manifests::lies_in_zone(url().host, zone.name)) continue;
      if (zone_ == nullptr || zone.name.size() > zone_->name.size()) zone_ = &zone;
    }
    if (zone_ == nullptr) find_nameless_zone();
  }

  // Of a zone that manifests give by its id no name is known. Its routes lie in it, and so does their host.
  void find_nameless_zone() {
    for (const auto& route : exposure_.routes) {
      if (!route.zone_name.empty() || !manifests::names_host(route.pattern)) continue;
      const auto pattern = parse_route_pattern(route.pattern);
      if (!pattern || mismatch(*pattern, url()) == Mismatch::host) continue;
      const auto found = std::ranges::find(exposure_.zones, route.zone_id, &ExposedZone::id);
      if (found != exposure_.zones.end()) zone_ = &*found;
    }
  }

  void note_port() {
    if (url().port == default_port(url().scheme)) return;
    const bool http = url().scheme == Scheme::http;
    const bool served = http ? std::ranges::find(kPortsOfHttp, url().port) != kPortsOfHttp.end()
                             : std::ranges::find(kPortsOfHttps, url().port) != kPortsOfHttps.end();
    out_.undocumented.push_back(
        served ? fmt::format("whether routes and custom domains match requests at port {}, since patterns hold no port",
                             url().port)
               : fmt::format("port {} is none at which Cloudflare's proxy takes {} requests, unless Spectrum does",
                             url().port, to_string(url().scheme)));
  }

  [[nodiscard]] bool is_of_zone(const ExposedRoute& route) const {
    if (zone_ == nullptr) return false;
    return zone_->id.empty() ? route.zone_name == zone_->name : route.zone_id == zone_->id;
  }

  void match_routes() {
    for (const auto& route : exposure_.routes) {
      if (const auto pattern = parse_route_pattern(route.pattern)) match(route, *pattern);
    }
    // All match the same URL, so that they can be put in order.
    std::ranges::sort(matches_, [](const Match& left, const Match& right) {
      return precedence(left.pattern, right.pattern).first_wins && !precedence(right.pattern, left.pattern).first_wins;
    });
  }

  void match(const ExposedRoute& route, const RoutePattern& pattern) {
    const auto mismatched = mismatch(pattern, url());
    const bool hangs = hangs_on_normalization(pattern, url());
    if (!is_of_zone(route)) {
      if (mismatched == Mismatch::nothing) add_of_other_zone(route);
      return;
    }
    if (hangs) note_normalization(route);
    if (mismatched == Mismatch::nothing) {
      matches_.push_back({&route, pattern});
    } else if (hangs) {
      misses_.push_back(
          candidate(route, Candidate::Verdict::not_now, "it matches only where the zone does not normalize URLs"));
    } else if (auto why = why_near_miss(mismatched); !why.empty()) {
      misses_.push_back(candidate(route, Candidate::Verdict::not_now, std::move(why)));
    }
  }

  void note_normalization(const ExposedRoute& route) {
    out_.unknown.push_back(
        fmt::format("whether zone {} normalizes the URLs of requests, as zones do by default: {} hangs on that",
                    route.zone_name.empty() ? route.zone_id : route.zone_name, route.pattern));
  }

  void add_of_other_zone(const ExposedRoute& route) {
    const auto& of = route.zone_name.empty() ? route.zone_id : route.zone_name;
    misses_.push_back(
        candidate(route, Candidate::Verdict::not_now, fmt::format("it is a route of another zone, {}", of)));
    if (zone_ != nullptr) return;
    misses_.back().undocumented.emplace_back(
        "whether the host is a custom hostname of that zone (Cloudflare for SaaS), which the route would serve: no "
        "pass reads them");
  }

  static Candidate candidate(const ExposedRoute& route, Candidate::Verdict verdict, std::string why) {
    Candidate out{.kind = route.is_filter ? Candidate::Kind::filter : Candidate::Kind::route, .verdict = verdict};
    out.name = route.pattern;
    out.address = address_of(ExposureChange::Type::route, route.pattern);
    out.worker = route.worker;
    out.zone = route.zone_name.empty() ? route.zone_id : route.zone_name;
    out.file = route.file;
    out.why = std::move(why);
    return out;
  }

  void add_routes() {
    for (const auto& match : matches_) {
      if (&match == &matches_.front()) {
        add_first(match);
      } else {
        add_later(matches_.front(), match);
      }
    }
  }

  void add_first(const Match& match) {
    const auto& route = *match.route;
    std::string why =
        matches_.size() == 1 ? "it is the only route that matches" : "it is the most specific that matches";
    const bool serves = route.is_filter ? route.enabled : !route.worker.empty();
    if (!serves) {
      why += route.is_filter ? ", and it is switched off (`enabled: false`)" : ", and it has no Worker";
      why += ": Workers are turned off for it and for every less specific route";
    } else if (!route.is_filter && !is_live(route.worker)) {
      why += ", but the account has no Worker of that name";
    }
    out_.candidates.push_back(candidate(route, Candidate::Verdict::decides, std::move(why)));
    out_.outcome = !serves ? ServedBy::no_worker : route.is_filter ? ServedBy::zone_script : ServedBy::worker;
    if (out_.outcome == ServedBy::worker) set_worker(route.worker);
  }

  void add_later(const Match& first, const Match& match) {
    const auto known = precedence(first.pattern, match.pattern);
    auto made = candidate(*match.route, Candidate::Verdict::comes_later,
                          fmt::format("{} comes first: {}", first.route->pattern, known.why));
    if (known.certainty == Precedence::Certainty::known_issue) {
      made.why += ", which Cloudflare documents among its known issues";
    } else if (known.certainty == Precedence::Certainty::undocumented) {
      made.undocumented.push_back(fmt::format(
          "which of {} and {} is the more specific: neither lies within the other. Plumbline takes the host first, "
          "then the path. {} would lead to {}",
          first.route->pattern, match.route->pattern, match.route->pattern, route_leads_to(*match.route)));
    }
    out_.candidates.push_back(std::move(made));
  }

  [[nodiscard]] bool is_live(const std::string& worker) const {
    const auto found = exposure_.workers.find(worker);
    return found != exposure_.workers.end() && found->second.is_live;
  }

  void set_worker(const std::string& name) {
    const auto found = exposure_.workers.find(name);
    out_.worker = found != exposure_.workers.end() ? found->second : ExposedWorker{.name = name};
  }

  [[nodiscard]] bool is_decided() const { return !out_.candidates.empty(); }

  // An exact hostname, all of its paths
  // (https://developers.cloudflare.com/workers/configuration/routing/custom-domains/).
  void add_domain() {
    const auto found = std::ranges::find(exposure_.domains, url().host, &ExposedDomain::hostname);
    if (found == exposure_.domains.end()) return;
    Candidate made{.kind = Candidate::Kind::domain, .name = found->hostname};
    made.address = address_of(ExposureChange::Type::domain, found->hostname);
    made.worker = found->worker;
    made.zone = found->zone_name;
    made.file = found->file;
    if (!found->enabled.value_or(true)) {
      made.verdict = Candidate::Verdict::not_now;
      made.why = "it is switched off (`enabled: false`)";
      misses_.push_back(std::move(made));
      return;
    }
    if (is_decided()) {
      made.why = "a route comes before a custom domain on the same hostname; to the route's Worker it is the origin";
      if (out_.outcome == ServedBy::no_worker) {
        made.undocumented.emplace_back(
            "whether a route that turns Workers off keeps requests from the Worker of a custom domain as well, or only "
            "from less specific routes");
      }
    } else {
      made.verdict = Candidate::Verdict::decides;
      made.why = "it is the custom domain of the host, and no route matches";
      out_.outcome = ServedBy::worker;
      set_worker(found->worker);
    }
    out_.candidates.push_back(std::move(made));
  }

  // `checkout.edge.workers.dev`, `<version or alias>-checkout.edge.workers.dev`
  void add_workers_dev() {
    std::string_view host = url().host;
    if (!host.ends_with(kWorkersDev)) return;
    host.remove_suffix(kWorkersDev.size());
    const auto dot = host.find('.');
    if (dot == std::string_view::npos || host.find('.', dot + 1) != std::string_view::npos) return;
    const auto label = host.substr(0, dot);
    const auto account = host.substr(dot + 1);
    if (exposure_.subdomain && *exposure_.subdomain != account) {
      out_.unknown.push_back(fmt::format("{}{} belongs to another account", account, kWorkersDev));
      return;
    }
    for (const auto& [name, worker] : exposure_.workers) {
      if (!worker.is_live) continue;
      if (label == name) add_address(worker, Candidate::Kind::workers_dev, worker.workers_dev);
      if (label.ends_with("-" + name)) add_address(worker, Candidate::Kind::preview, worker.previews);
    }
    const bool any = std::ranges::any_of(out_.candidates,
                                         [](const Candidate& one) { return one.kind >= Candidate::Kind::workers_dev; });
    if (any && !exposure_.subdomain) {
      out_.unknown.push_back(
          fmt::format("whether {}{} is this account's: no pass reads its name", account, kWorkersDev));
    }
  }

  void add_address(const ExposedWorker& worker, Candidate::Kind kind, std::optional<bool> enabled) {
    Candidate made{.kind = kind, .name = url().host, .address = worker_address(worker.name), .worker = worker.name};
    made.file = worker.file;
    const std::string_view what =
        kind == Candidate::Kind::preview ? "its versions have addresses" : "it has an address";
    if (enabled && !*enabled) {
      made.verdict = Candidate::Verdict::not_now;
      made.why =
          fmt::format("its subdomain is switched off: none of {} on workers.dev",
                      kind == Candidate::Kind::preview ? "its versions has an address" : "its versions is served");
      misses_.push_back(std::move(made));
      return;
    }
    made.why = fmt::format("{} on workers.dev", what);
    if (!enabled) {
      made.why = fmt::format("whether {} on workers.dev was not read", what);
      out_.unknown.push_back(fmt::format("whether {} has it switched on", made.address));
    }
    if (!is_decided()) {
      made.verdict = Candidate::Verdict::decides;
      out_.outcome = enabled ? ServedBy::worker : ServedBy::unknown;
      set_worker(worker.name);
    }
    out_.candidates.push_back(std::move(made));
  }

  // What was not read and would have come first makes the rest uncertain.
  void settle() {
    const bool by_route = is_decided() && out_.candidates.front().kind <= Candidate::Kind::filter;
    const bool of_workers_dev = url().host.ends_with(kWorkersDev);
    bool open = false;
    if (zone_ == nullptr && !of_workers_dev) {
      open = true;
      out_.unknown.push_back(
          fmt::format("the routes of the zone that holds {}: no source has it in scope", url().host));
    } else if (zone_ != nullptr && !zone_->unread.empty()) {
      open = true;
      out_.unknown.push_back(
          fmt::format("the routes of zone {}: {}", zone_->name.empty() ? zone_->id : zone_->name, zone_->unread));
    }
    if (!by_route && !of_workers_dev && !exposure_.domains_unread.empty()) {
      open = true;
      out_.unknown.push_back("the custom domains of the account: " + exposure_.domains_unread);
    }
    if (open) {
      out_.outcome = ServedBy::unknown;
    } else if (!is_decided()) {
      out_.outcome = ServedBy::no_worker;
    }
    out_.candidates.insert(out_.candidates.end(), std::make_move_iterator(misses_.begin()),
                           std::make_move_iterator(misses_.end()));
  }

  const Exposure& exposure_;
  const ExposedZone* zone_ = nullptr;  ///< that holds the host; null: unknown
  std::vector<Match> matches_;         ///< the most specific first
  std::vector<Candidate> misses_;
  Serving out_;
};

}  // namespace

Serving serving(const RequestUrl& url, const Exposure& exposure) {
  return ServingFinder(url, exposure).run();
}

}  // namespace plumbline::reconciler
