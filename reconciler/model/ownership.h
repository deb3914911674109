#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// Who owns a live Worker. The owner is in a tag on the Worker, `plumbline=<instance>/<source>`, followed by `;keep` if
/// the manifest says `prune: false`. Because it is stored on the Worker, no state file can contradict it.
namespace plumbline::reconciler {

struct Owner {
  std::string instance;
  std::string source;

  friend bool operator==(const Owner&, const Owner&) = default;
};

/// `edge/production`
std::string to_string(const Owner& owner);

struct Ownership {
  Owner owner;
  bool keep = false;  ///< never pruned
};

inline constexpr std::string_view kOwnershipPrefix = "plumbline=";

/// The tag for this ownership.
std::string ownership_tag(const Ownership& ownership);

/// The ownership in the tags of a live Worker (an array, null or anything else). Nothing unless exactly one tag is an
/// ownership tag that we understand.
std::optional<Ownership> ownership_of(const Json* tags);

/// Whether any tag claims the Worker for an instance of Plumbline, even one that cannot be read.
bool is_claimed(const Json* tags);

/// Tags that a user may neither state nor lose: `plumbline=…` and wrangler's `cf:…`.
bool is_reserved_tag(std::string_view tag);

}  // namespace plumbline::reconciler
