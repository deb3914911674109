#include "reconciler/model/ownership.h"

#include <algorithm>

namespace plumbline::reconciler {
namespace {

constexpr std::string_view kKeep = ";keep";

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

std::optional<Ownership> parse_tag(std::string_view tag) {
  Ownership ownership;
  tag.remove_prefix(kOwnershipPrefix.size());
  if (tag.ends_with(kKeep)) {
    ownership.keep = true;
    tag.remove_suffix(kKeep.size());
  }
  const auto slash = tag.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ownership.owner = {std::string(tag.substr(0, slash)), std::string(tag.substr(slash + 1))};
  if (!is_name(ownership.owner.instance) || !is_name(ownership.owner.source)) return std::nullopt;
  return ownership;
}

std::vector<std::string_view> claims(const Json* tags) {
  std::vector<std::string_view> found;
  if (tags == nullptr || !tags->is_array()) return found;
  for (const auto& tag : tags->get_array()) {
    if (tag.is_string() && view(tag.get_string()).starts_with(kOwnershipPrefix)) {
      found.push_back(view(tag.get_string()));
    }
  }
  return found;
}

}  // namespace

std::string to_string(const Owner& owner) {
  return owner.instance + "/" + owner.source;
}

std::string ownership_tag(const Ownership& ownership) {
  return std::string(kOwnershipPrefix) + to_string(ownership.owner) + (ownership.keep ? std::string(kKeep) : "");
}

std::optional<Ownership> ownership_of(const Json* tags) {
  const auto found = claims(tags);
  // A person has to resolve a contradiction between two owners.
  if (found.size() != 1) return std::nullopt;
  return parse_tag(found.front());
}

bool is_claimed(const Json* tags) {
  return !claims(tags).empty();
}

bool is_reserved_tag(std::string_view tag) {
  return tag.starts_with(kOwnershipPrefix) || tag.starts_with("cf:");
}

}  // namespace plumbline::reconciler
