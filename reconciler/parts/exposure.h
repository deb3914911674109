#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconciler/parts/part.h"

/// What leads requests to Workers, routes and custom domains: told apart by a key, owned by whoever owns the Worker
/// that they lead to. It is planned after all Workers (see plan/plan_exposure.h), because it may move between them.
namespace plumbline::reconciler {

/// What a manifest asks for.
struct WantedExposure {
  ExposureChange::Type type = ExposureChange::Type::route;
  std::string name;
  std::string key;  ///< empty if its zone is not known; then there is a problem
  std::string worker;
  std::string zone_id;
  std::string zone_name;
  bool adopt = false;        ///< may be taken from a Worker that is not ours
  std::string how_to_adopt;  ///< what to write for that
  JsonObject body;           ///< of the call that makes it so
  std::string file;
  bool unread = false;           ///< the problem may be gone when it is read again
  std::optional<Block> problem;  ///< why nothing can be said about it
};

/// What to write for that, into the entry of a manifest; a wrangler config has no place for it.
std::string how_to_adopt(const manifests::DesiredWorker& worker, const SourceLocation& entry, std::string_view field);

/// What the account has.
struct LiveExposure {
  ExposureChange::Type type = ExposureChange::Type::route;
  std::string name;
  std::string key;
  std::string id;
  std::string worker;  ///< empty: none
  std::string zone_id;
  std::string zone_name;
};

/// A part of a Worker that leads requests to it.
class ExposurePart : public Part {
 public:
  [[nodiscard]] virtual ExposureChange::Type type() const = 0;
  /// Whether the manifest states all of this kind that leads to the Worker.
  [[nodiscard]] virtual bool is_managed(const manifests::DesiredWorker& worker) const = 0;
  [[nodiscard]] virtual std::vector<WantedExposure> wanted(const Target& target, const LiveZones& live) const = 0;
  [[nodiscard]] virtual std::vector<LiveExposure> found(const LiveZones& live) const = 0;
  /// As a plan shows it: {pattern, zone_id, script} or {hostname, service}. `worker` may be empty.
  [[nodiscard]] virtual JsonObject state(const std::string& name, const std::string& zone_id,
                                         const std::string& worker) const = 0;
  /// The call that makes it so; `live` is nullptr where there is none yet.
  [[nodiscard]] virtual PlannedCall put_call(const WantedExposure& wanted, const LiveExposure* live) const = 0;
  [[nodiscard]] virtual PlannedCall delete_call(const LiveExposure& live) const = 0;

  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const final {
    if (is_managed(worker)) managed.emplace_back(name());
  }
};

std::span<const ExposurePart* const> exposure_parts();
const ExposurePart& exposure_part(ExposureChange::Type type);

}  // namespace plumbline::reconciler
