#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "reconciler/explain/exposure.h"
#include "reconciler/explain/request_url.h"

/// Which Worker serves a URL. By what Cloudflare documents of its routing: the most specific route wins, a route
/// without a Worker turns Workers off, a route comes before a custom domain on the same hostname. What is not
/// documented is said to be.
namespace plumbline::reconciler {

/// Something that leads requests to a Worker, or keeps them from it, as it is with one URL.
struct ServingCandidate {
  enum class Kind { route, filter, domain, workers_dev, preview };
  enum class Verdict {
    decides,      ///< the request goes where it says
    comes_later,  ///< it would decide if what stands before it were not there
    not_now,      ///< it is switched off, or does not match, although it looks as if it did
  };
  Kind kind = Kind::route;
  Verdict verdict = Verdict::comes_later;
  std::string name;     ///< pattern or hostname
  std::string address;  ///< `route.shop.example.com/*`, `domain.shop.example.com`, `worker.checkout`
  std::string worker;   ///< empty: Workers are turned off, or the zone's own script serves (see `kind`)
  std::string zone;     ///< name, or id where the name is unknown; may be empty
  std::string file;     ///< manifest that asks for it; empty: none of those that are known
  std::string why;      ///< why it decides, or why it does not
  std::vector<std::string> undocumented{};  ///< what Cloudflare does not document of it
};

struct Serving {
  enum class Outcome {
    worker,       ///< `worker` serves
    zone_script,  ///< the zone-level script of an old account serves
    no_worker,    ///< the request goes to the origin, or finds nothing
    unknown,      ///< what was not read could decide
  };
  RequestUrl url;
  Outcome outcome = Outcome::unknown;
  ExposedWorker worker{};                      ///< if it is a Worker
  std::vector<ServingCandidate> candidates{};  ///< what decides first, then the others in their order
  std::vector<std::string> unknown{};          ///< what was not read, and might change the answer
  std::vector<std::string> undocumented{};     ///< of the request itself
};

Serving serving(const RequestUrl& url, const Exposure& exposure);

/// `route`, `filter`, `domain`, `workers_dev`, `preview`
std::string_view to_string(ServingCandidate::Kind kind);
/// `decides`, `comes_later`, `not_now`
std::string_view to_string(ServingCandidate::Verdict verdict);
/// `worker`, `zone_script`, `no_worker`, `unknown`
std::string_view to_string(Serving::Outcome outcome);

/// {url, outcome, worker, owner, file, revision, candidates[], unknown[], undocumented[]}. What is not known is null.
Json to_json(const Serving& serving);

/// The same for a person, with a newline at the end of each line.
std::string as_text(const Serving& serving);

}  // namespace plumbline::reconciler
