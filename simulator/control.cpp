#include "simulator/control.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "simulator/edits.h"
#include "simulator/service.h"
#include "simulator/snapshot.h"

namespace plumbline::simulator {
namespace {

Answer done(const Json& result = JsonObject{{"success", true}}) {
  return json_answer(to_text(result));
}

Answer failed(std::string_view message, int status = 400) {
  return json_answer(to_text(JsonObject{{"success", false}, {"error", message}}), status);
}

Answer get_requests(Service& service, const Json& /*body*/) {
  return json_answer(service.log().to_json_text());
}

Answer delete_requests(Service& service, const Json& /*body*/) {
  service.log().clear();
  return done();
}

Answer get_state(Service& service, const Json& /*body*/) {
  return done(dump(service.world(), Detail::overview));
}

Answer get_faults(Service& service, const Json& /*body*/) {
  JsonArray out;
  for (const auto& fault : service.faults().all()) out.push_back(to_json(fault));
  return done(out);
}

Answer post_faults(Service& service, const Json& body) {
  if (auto added = service.add_faults(body); !added) return failed(added.error().message);
  return done();
}

Answer delete_faults(Service& service, const Json& /*body*/) {
  service.faults().clear();
  return done();
}

Answer post_reset(Service& service, const Json& /*body*/) {
  service.world().reset();
  service.rate_limiter().clear();
  return done();
}

Answer get_settings(Service& service, const Json& /*body*/) {
  return done(settings_to_json(service.world()));
}

Answer post_settings(Service& service, const Json& body) {
  if (!body.is_object()) return failed("the settings are a JSON object");
  if (auto changed = change_settings(service.world(), body.get_object()); !changed) {
    return failed(changed.error().message);
  }
  return get_settings(service, body);
}

Answer post_edit(Service& service, const Json& body) {
  if (!body.is_object()) return failed("an edit is a JSON object");
  auto edited = edit(service.world(), body.get_object());
  if (!edited) return failed(edited.error().errors.front().message);
  (*edited)["success"] = true;
  return done(*edited);
}

struct Row {
  std::string_view method;
  std::string_view path;
  Answer (*handle)(Service&, const Json&);
};

constexpr std::array kRows{
    Row{"GET", "requests", get_requests}, Row{"DELETE", "requests", delete_requests},
    Row{"GET", "state", get_state},       Row{"GET", "faults", get_faults},
    Row{"POST", "faults", post_faults},   Row{"DELETE", "faults", delete_faults},
    Row{"GET", "settings", get_settings}, Row{"POST", "settings", post_settings},
    Row{"POST", "reset", post_reset},     Row{"POST", "edit", post_edit},
};

}  // namespace

Answer control(Service& service, const net::HttpRequest& request, std::string_view path) {
  for (const auto& row : kRows) {
    if (row.method != request.method || row.path != path) continue;
    Json body;
    if (!request.body.empty()) {
      auto parsed = parse_json(request.body);
      if (!parsed) return failed(parsed.error().message);
      body = std::move(*parsed);
    }
    return row.handle(service, body);
  }
  return failed("the simulator has no such control call; see `plumbline simulate --help`", 404);
}

}  // namespace plumbline::simulator
