#pragma once

#include <regex>
#include <string>

#include "base/json.h"

/// What two runs that end alike have in common, out of the simulator's state.
namespace plumbline::testing {

/// The annotations of a version but for who wrote it (`w.<16 hex>`): who lost the journal has another name.
inline Json without_writer(Json annotations) {
  static const std::regex writer(" w\\.[0-9a-f]{16} ");
  auto* message = annotations.as_object().if_contains("workers/message");
  if (message != nullptr) *message = std::regex_replace(std::string(message->as_string()), writer, " ");
  return annotations;
}

/// Without the times at which they were set.
inline JsonArray crons_of(const Json& worker) {
  JsonArray crons;
  for (const auto& schedule : worker.at("schedules").as_array()) crons.push_back(schedule.at("cron"));
  return crons;
}

/// What of a Worker must be the same however often the process died on the way to it: no ids, no times.
inline JsonObject essence_of(const Json& worker) {
  const auto& versions = worker.at("versions").as_array();
  const auto& latest = versions.back();
  return {{"settings", worker.at("settings")},
          {"subdomain", worker.at("subdomain")},
          {"schedules", crons_of(worker)},
          {"migration_tag", worker.at("migration_tag")},
          {"secrets", worker.at("secrets")},
          {"bindings", latest.at("bindings")},
          {"version_settings", latest.at("settings")},
          {"code", latest.at("code")},
          {"assets", latest.at("assets")},
          {"annotations", without_writer(latest.at("annotations"))},
          {"versions", versions.size()}};
}

}  // namespace plumbline::testing
