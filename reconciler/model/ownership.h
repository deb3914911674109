#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

/// Who owns a live Worker: a tag `plumbline=<instance>/<source>`, with `;keep` behind it where the
/// manifest says `prune: false`. It lives on the Worker, so that no state file can lie about it.
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

/// The tag that says it.
std::string ownership_tag(const Ownership& ownership);

/// What the tags of a live Worker (an array, null or anything else) say; nothing if no tag, or more
/// than one tag, is an ownership tag that we understand.
std::optional<Ownership> ownership_of(const Json* tags);

/// Whether any tag claims the Worker for an instance of Plumbline, readable or not.
bool is_claimed(const Json* tags);

/// Tags that are neither the user's to state nor to lose: `plumbline=…` and wrangler's `cf:…`.
bool is_reserved_tag(std::string_view tag);

}  // namespace plumbline::reconciler
