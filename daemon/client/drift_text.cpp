#include "daemon/client/drift_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  return printable(string_member(object, key));
}

const JsonArray& array_of(const Json& object, std::string_view key) {
  static const JsonArray none;
  const auto* found = member(object, key);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

// `, by alice@example.com with the dashboard`
std::string changed_by(const Json& worker) {
  const auto* maker = member(worker, "changed_by");
  if (maker == nullptr) return {};
  std::string text;
  if (const auto author = text_of(*maker, "author"); !author.empty()) text += ", by " + author;
  if (const auto client = text_of(*maker, "client"); !client.empty()) text += ", with " + client;
  return text;
}

}  // namespace

std::string drift_text(const Json& drift) {
  const auto source = text_of(drift, "source");
  const auto& workers = array_of(drift, "drift");
  if (workers.empty()) {
    return "Nothing has drifted in " + source + ", as the account was read at " + text_of(drift, "observed_at") + ".\n";
  }
  std::string text;
  for (const auto& worker : workers) {
    text += fmt::format("worker.{}  {}{}\n", text_of(worker, "worker"), text_of(worker, "file"), changed_by(worker));
    for (const auto& line : array_of(worker, "lines")) {
      text += fmt::format("    {}  {}\n", text_of(line, "what"), text_of(line, "detail"));
    }
  }
  text += "As the account was read at " + text_of(drift, "observed_at") + ". To undo it: plumbline drift " + source +
          " --revert; to keep it in git: --accept DIR; to leave it to others: --ignore.\n";
  return text;
}

std::string ignore_text(const Json& drift) {
  std::string text;
  for (const auto& worker : array_of(drift, "drift")) {
    std::string pointers;
    for (const auto& pointer : array_of(worker, "ignore")) {
      if (pointer.is_string()) pointers += (pointers.empty() ? "" : ", ") + printable(view(pointer.get_string()));
    }
    text += fmt::format("# worker.{}  {}\n", text_of(worker, "worker"), text_of(worker, "file"));
    if (!pointers.empty()) text += "ignore: [" + pointers + "]\n";
    for (const auto& what : array_of(worker, "not_ignorable")) {
      if (what.is_string()) text += "# cannot be left to others: " + printable(view(what.get_string())) + "\n";
    }
  }
  return text.empty() ? "# nothing has drifted\n" : text;
}

std::string refused_text(const Json& refused) {
  auto place = text_of(refused, "file");
  const auto* line = member(refused, "line");
  if (line != nullptr && line->is_int64() && line->get_int64() > 0) place += ":" + std::to_string(line->get_int64());
  return fmt::format("worker.{}: {} stays as it is in git: {}{}\n", text_of(refused, "worker"),
                     text_of(refused, "what"), place.empty() ? "" : place + ": ", text_of(refused, "message"));
}

}  // namespace plumbline::daemon
