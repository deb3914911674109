#include "reconciler/model/module_change.h"

#include <algorithm>

namespace plumbline::reconciler {
namespace {

bool same_type(std::string_view left, std::string_view right) {
  return left.substr(0, left.find(';')) == right.substr(0, right.find(';'));
}

// The part that holds a service worker has no name of its own: clients name it after its file, or `script`.
bool is_same_module(const LiveContent& live, const LiveContent::Module& module, const Target& target,
                    const manifests::ModuleFile& wanted) {
  const auto& modules = target.desired->modules;
  const bool nameless = target.desired->syntax == manifests::Syntax::service_worker && &wanted == &modules.front();
  return nameless ? &module == &live.modules.front() : module.name == wanted.name;
}

const LiveContent::Module* find_module(const LiveContent& live, const Target& target,
                                       const manifests::ModuleFile& wanted) {
  const auto found = std::ranges::find_if(
      live.modules, [&](const auto& module) { return is_same_module(live, module, target, wanted); });
  return found == live.modules.end() ? nullptr : &*found;
}

void compare(const LiveContent& live, const Target& target, const manifests::ModuleFile& wanted, ModuleChange& change) {
  const auto* before = find_module(live, target, wanted);
  if (before == nullptr) {
    change.action = Action::create;
    return;
  }
  change.size_before = before->size;
  const bool same = before->sha256 == wanted.sha256 && same_type(before->content_type, wanted.content_type);
  change.action = same ? Action::no_op : Action::update;
}

void add_gone(const LiveContent& live, const Target& target, std::vector<ModuleChange>& changes) {
  std::vector<ModuleChange> gone;
  for (const auto& module : live.modules) {
    const bool stays = std::ranges::any_of(
        target.desired->modules, [&](const auto& wanted) { return is_same_module(live, module, target, wanted); });
    if (!stays) gone.push_back({module.name, Action::remove, std::nullopt, module.size, "sha256:" + module.sha256});
  }
  std::ranges::sort(gone, {}, &ModuleChange::name);
  std::ranges::move(gone, std::back_inserter(changes));
}

}  // namespace

std::vector<ModuleChange> module_changes(const Target& target, const LiveWorker* live) {
  std::vector<ModuleChange> changes;
  const auto* content = live != nullptr ? live->content.if_known() : nullptr;
  const auto attested = live != nullptr ? known_attestation(*live) : Known<Attestation>();
  const bool same = attested.is_known() && attested->modules == target.attestation.modules && !is_rolled_back(*live);
  for (const auto& wanted : target.desired->modules) {
    ModuleChange change{wanted.name, std::nullopt, wanted.size, std::nullopt, "sha256:" + wanted.sha256};
    if (live == nullptr) {
      change.action = Action::create;
    } else if (same) {
      change.action = Action::no_op;
      change.size_before = wanted.size;
    } else if (content != nullptr) {
      compare(*content, target, wanted, change);
    }
    changes.push_back(std::move(change));
  }
  if (content != nullptr && !same) add_gone(*content, target, changes);
  return changes;
}

}  // namespace plumbline::reconciler
