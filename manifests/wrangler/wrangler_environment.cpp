#include "manifests/wrangler/wrangler_environment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "manifests/wrangler/wrangler_schema.h"

namespace plumbline::manifests {
namespace {

const YamlNode* map_in(const YamlNode& node, std::string_view key) {
  const YamlNode* found = node.find(key);
  return found != nullptr && found->kind == YamlKind::map ? found : nullptr;
}

const YamlNode* text_in(const YamlNode* node, std::string_view key) {
  const YamlNode* found = node != nullptr ? node->find(key) : nullptr;
  return found != nullptr && found->kind == YamlKind::scalar ? found : nullptr;
}

const YamlNode* set_in(const YamlNode* node, std::string_view key) {
  const YamlNode* found = node != nullptr ? node->find(key) : nullptr;
  return found != nullptr && found->kind != YamlKind::null ? found : nullptr;
}

// The names that a field with vars or bindings defines, with their positions.
std::vector<const YamlNode*> names_in(std::string_view field, const YamlNode& value) {
  std::vector<const YamlNode*> out;
  if (field == "vars") {
    for (const YamlEntry& entry : value.entries) out.push_back(&entry.key);
    return out;
  }
  const YamlNode* wrapped = value.find(field == "queues" ? "producers" : "bindings");
  for (const YamlNode& item : (wrapped != nullptr ? *wrapped : value).items) {
    const YamlNode* name = text_in(&item, "binding");
    if (name == nullptr) name = text_in(&item, "name");
    if (name != nullptr) out.push_back(name);
  }
  return out;
}

}  // namespace

WranglerEnvironment::WranglerEnvironment(const YamlNode& root, std::string name) : root_(root), name_(std::move(name)) {
  const YamlNode* environments = map_in(root_, "env");
  if (!name_.empty() && environments != nullptr) env_ = map_in(*environments, name_);
}

const YamlNode* WranglerEnvironment::inherited(std::string_view field) const {
  if (const YamlNode* here = set_in(env_, field)) return here;
  return set_in(&root_, field);
}

const YamlNode* WranglerEnvironment::own(std::string_view field) const {
  return set_in(env_ != nullptr ? env_ : &root_, field);
}

const YamlNode* WranglerEnvironment::name_node() const {
  const YamlNode* here = text_in(env_, "name");
  return here != nullptr ? here : text_in(&root_, "name");
}

std::string WranglerEnvironment::worker_name() const {
  const YamlNode* node = name_node();
  if (node == nullptr) return {};
  const bool as_written = name_.empty() || text_in(env_, "name") != nullptr || node->text.empty();
  return as_written ? node->text : node->text + '-' + name_;
}

void WranglerEnvironment::check(Report& report) const {
  if (name_.empty()) return;
  if (env_ == nullptr) return check_presence(report);
  manifests::check(*env_, wrangler_environment_shape(), "env." + name_, report);
  warn_of_missing(report);
}

// A config without any `env` uses the top level under another name.
void WranglerEnvironment::check_presence(Report& report) const {
  const YamlNode* environments = map_in(root_, "env");
  if (environments == nullptr || environments->entries.empty()) {
    report.warning(
        root_,
        fmt::format("this config has no environment \"{}\"; its top level is deployed as \"{}\"", name_, worker_name()),
        fmt::format("add env.{}, or name the Worker there", name_));
    return;
  }
  std::vector<std::string_view> names;
  names.reserve(environments->entries.size());
  for (const YamlEntry& entry : environments->entries) names.emplace_back(entry.key.text);
  std::string mend = fmt::format("it has {}", fmt::join(names, ", "));
  if (const auto meant = suggestion(name_, names); !meant.empty()) mend += "; " + meant;
  report.error(*environments, fmt::format("this config has no environment \"{}\"", name_), std::move(mend));
}

void WranglerEnvironment::warn_of_missing(Report& report) const {
  for (const std::string_view field : wrangler_not_inherited()) {
    const YamlNode* above = set_in(&root_, field);
    if (above == nullptr) continue;
    if (const YamlNode* here = env_->find(field)) {
      warn_of_missing_names(field, *above, *here, report);
    } else {
      report.warning(*env_, fmt::format("\"{}\" exists at the top level, but not in \"env.{}\"", field, name_),
                     "it is not inherited by environments; repeat it there");
    }
  }
}

void WranglerEnvironment::warn_of_missing_names(std::string_view field, const YamlNode& above, const YamlNode& here,
                                                Report& report) const {
  std::set<std::string_view> known;
  for (const YamlNode* name : names_in(field, here)) known.insert(name->text);
  for (const YamlNode* name : names_in(field, above)) {
    if (known.contains(name->text)) continue;
    report.warning(
        here, fmt::format("\"{}\" of \"{}\" exists at the top level, but not in \"env.{}\"", name->text, field, name_),
        "it is not inherited by environments; repeat it there");
  }
}

}  // namespace plumbline::manifests
