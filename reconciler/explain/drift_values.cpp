#include "reconciler/explain/drift_values.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/canonical.h"

namespace plumbline::reconciler {
namespace {

using manifests::AcceptedValue;
using How = AcceptedValue::How;

// What lines say that are about no setting.
constexpr std::string_view kSchedule = "schedule ";
constexpr std::string_view kSubdomain = "subdomain.";
constexpr std::string_view kModule = "module ";
constexpr std::string_view kSecret = "secret ";

const Json* value_at(const JsonObject& settings, const std::vector<std::string>& path) {
  const auto* value = member(settings, path.front());
  for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) value = member(*value, path[i]);
  return value;
}

// A set in the manifest's order, so that of a list only what changed is written.
Json in_order_of(const Json& live, const Json* stated) {
  const auto* items = live.if_array();
  const auto* before = stated != nullptr ? stated->if_array() : nullptr;
  if (items == nullptr || before == nullptr) return live;
  const auto has = [](const JsonArray& list, const Json& item) {
    return std::ranges::any_of(list, [&item](const Json& other) { return equal(other, item); });
  };
  JsonArray out;
  for (const auto& item : *before) {
    if (has(*items, item) && !has(out, item)) out.push_back(item);
  }
  for (const auto& item : *items) {
    if (!has(out, item)) out.push_back(item);
  }
  return out;
}

// The manifest's own spelling, with what differs as it is live.
Json merged_binding(const JsonObject& written, const JsonObject& canonical, const JsonObject& live) {
  JsonObject out = written;
  for (const auto& entry : canonical) {
    if (!live.contains(entry.key())) out.erase(entry.key());
  }
  for (const auto& entry : live) {
    const auto* before = member(canonical, entry.key());
    if (before == nullptr || !equal(*before, entry.value())) out[entry.key()] = entry.value();
  }
  return out;
}

class DriftReader {
 public:
  explicit DriftReader(const WorkerChange& change) : change_(change) {
    const auto& manifest = *change.target->manifest;
    out_.worker = {.name = change.name, .where = manifest.where, .written_as = manifest.written_as, .values = {}};
    if (const auto known = known_settings(*change.live); known.is_known()) {
      live_ = with_service_defaults(canonical_settings(*known));
    }
    for (const auto& name : live_secrets()) secrets_.push_back(name);
  }

  DriftValues run() {
    for (const auto& line : change_.lines) {
      if (line.is_drift()) add(line);
    }
    for (const auto& exposure : change_.exposure) {
      if (exposure.drift) add(exposure);
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<std::string> live_secrets() const {
    const auto known = known_settings(*change_.live);
    return known.is_known() ? secret_names(member(*known, "bindings")) : std::vector<std::string>();
  }

  void refuse(std::string what, std::string message) {
    out_.refused.push_back({std::move(what), change_.target->manifest->where, std::move(message)});
  }

  void accept(AcceptedValue value) {
    const bool told = std::ranges::any_of(out_.worker.values, [&value](const AcceptedValue& other) {
      return other.how == value.how && other.path == value.path && equal(other.value, value.value);
    });
    if (!told) out_.worker.values.push_back(std::move(value));
  }

  void add(const ChangeLine& line) {
    if (line.pointer.starts_with("/bindings/")) return add_binding(line);
    if (!line.pointer.empty()) return add_setting(line);
    const std::string_view what = line.what;
    if (what.starts_with(kSchedule)) return add_part("schedules", {"schedules"}, "schedules");
    if (what.starts_with(kSubdomain)) {
      std::string key(what.substr(kSubdomain.size()));
      return add_part("subdomain", {"subdomain", std::move(key)}, line.what);
    }
    if (what.starts_with(kSecret)) return refuse(line.what, "a secret cannot be read: put its value into the store");
    if (what.starts_with(kModule) || what == "version") {
      return refuse(line.what, "code is taken over by committing it");
    }
    refuse(line.what, "only its manifest's author can write it");
  }

  // `/observability/logs/enabled`, in the names of a manifest.
  void add_setting(const ChangeLine& line) {
    auto path = split_pointer(line.pointer).value();
    const auto& fact = manifests::setting_fact(path.front());
    // Places have several spellings, of which one part alone means nothing.
    if (fact.form == manifests::SettingForm::placement) path.resize(1);
    if (fact.name == "exports" || fact.name == "migrations") {
      return refuse(line.what, "the history of classes is written by hand");
    }
    const auto* live = value_at(live_, path);
    const auto& written = change_.target->manifest->settings;
    if (live == nullptr || is_unset(live)) return add_unset(line, std::move(path), live);
    accept({How::set, path, in_order_of(*live, value_at(written, path)), {}, line.what});
  }

  // What is not set live: a list or an object is cleared, a flag is off, anything else goes.
  void add_unset(const ChangeLine& line, std::vector<std::string> path, const Json* live) {
    const auto* stated = value_at(change_.target->manifest->settings, path);
    if (stated != nullptr && stated->is_array()) return accept({How::set, std::move(path), JsonArray(), {}, line.what});
    const bool whole = path.size() == 1;
    if (stated != nullptr && stated->is_object() && whole) {
      return accept({How::set, std::move(path), JsonObject(), {}, line.what});
    }
    const bool flag = (stated != nullptr && stated->is_bool()) || (live != nullptr && live->is_bool());
    if (flag) return accept({How::set, std::move(path), false, {}, line.what});
    accept({How::remove, std::move(path), {}, {}, line.what});
  }

  void add_binding(const ChangeLine& line) {
    auto path = split_pointer(line.pointer).value();
    const auto& name = path.at(1);
    if (std::ranges::find(secrets_, name) != secrets_.end()) {
      return refuse(line.what, "it is a secret now: name it in \"secrets\", and put its value into the store");
    }
    const auto* live = value_at(live_, path);
    if (live == nullptr || !live->is_object()) return accept({How::remove, std::move(path), {}, {}, line.what});
    const auto* written = value_at(change_.target->manifest->settings, path);
    if (written == nullptr || !written->is_object()) return accept({How::set, std::move(path), *live, {}, line.what});
    if (is_by_name(*written)) {
      return refuse(line.what, "the manifest gives it by name, and the live Worker binds another: write the name");
    }
    const auto canonical = canonical_settings({{"bindings", JsonObject{{name, *written}}}});
    const auto* before = value_at(canonical, path);
    const bool same_type = string_member(*written, "type") == string_member(*live, "type");
    auto value = same_type && before != nullptr
                     ? merged_binding(written->get_object(), before->get_object(), live->get_object())
                     : *live;
    accept({How::set, std::move(path), std::move(value), {}, line.what});
  }

  static bool is_by_name(const Json& binding) {
    const auto* fact = manifests::binding_fact(string_member(binding, "type"));
    return fact != nullptr && !fact->resource.name_key.empty() && member(binding, fact->resource.name_key) != nullptr;
  }

  void add_part(std::string_view part, std::vector<std::string> path, std::string what) {
    const auto* live = known_part(*change_.live, part);
    if (live != nullptr && path.size() == 2) live = member(*live, path.back());
    if (live == nullptr) return refuse(std::move(what), "its live value is not known");
    auto value = *live;
    if (part == "schedules") {
      const auto& stated = change_.target->manifest->schedules;
      const Json before = stated ? JsonArray(stated->begin(), stated->end()) : JsonArray();
      value = in_order_of(value, &before);
    }
    accept({How::set, std::move(path), std::move(value), {}, std::move(what)});
  }

  void add(const ExposureChange& exposure) {
    const bool route = exposure.type == ExposureChange::Type::route;
    const std::string list = route ? "routes" : "domains";
    const std::string key = route ? "pattern" : "hostname";
    const auto what = address_of(exposure);
    switch (exposure.action) {
      case Action::create:
        return accept({How::remove_item, {list}, Json(exposure.name), key, what});
      case Action::remove: {
        JsonObject item{{key, exposure.name}};
        if (route && !exposure.zone_name.empty()) item["zone"] = exposure.zone_name;
        if (route && exposure.zone_name.empty()) item["zone_id"] = exposure.zone_id;
        return accept({How::add_item, {list}, std::move(item), key, what});
      }
      default:
        refuse(what, "it leads to another Worker now: write it into that one's manifest");
    }
  }

  const WorkerChange& change_;
  JsonObject live_;  ///< canonical settings, with the service's defaults
  std::vector<std::string> secrets_;
  DriftValues out_;
};

}  // namespace

DriftValues drift_values(const WorkerChange& change) {
  if (!change.target || !change.live) return {};
  return DriftReader(change).run();
}

DriftIgnores drift_ignores(const WorkerChange& change) {
  DriftIgnores out;
  const auto add = [](std::vector<std::string>& to, std::string text) {
    if (std::ranges::find(to, text) == to.end()) to.push_back(std::move(text));
  };
  for (const auto& line : change.lines) {
    if (!line.is_drift()) continue;
    // A wrangler config has no place for it.
    const bool ignorable = !line.pointer.empty() && change.target != nullptr &&
                           change.target->manifest->written_as == manifests::WrittenAs::manifest;
    ignorable ? add(out.pointers, line.pointer) : add(out.not_ignorable, line.what);
  }
  for (const auto& exposure : change.exposure) {
    if (exposure.drift) add(out.not_ignorable, address_of(exposure));
  }
  return out;
}

}  // namespace plumbline::reconciler
