#include "daemon/client/event_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  return printable(string_member(object, key));
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

}  // namespace

std::string event_text(const Json& event) {
  auto about = text_of(event, "source");
  if (const auto worker = text_of(event, "worker"); !worker.empty()) about += "/" + worker;
  return fmt::format("{}  {:<9}  {}  {}\n", text_of(event, "time"), text_of(event, "type"), or_dash(about),
                     text_of(event, "message"));
}

std::string history_text(const Json& history) {
  std::string text;
  if (const auto* passes = member(history, "reconciles"); passes != nullptr && passes->is_array()) {
    for (const auto& pass : passes->get_array()) {
      text += fmt::format("{}  {:<10}  {}  {}  {}\n", text_of(pass, "finished"), text_of(pass, "result"),
                          text_of(pass, "source"), text_of(pass, "revision"), text_of(pass, "summary"));
    }
  }
  if (const auto* writes = member(history, "writes"); writes != nullptr && writes->is_array()) {
    for (const auto& write : writes->get_array()) {
      text += fmt::format("{}  {:<7}  {}  {}\n", text_of(write, "time"), text_of(write, "outcome"),
                          text_of(write, "call"), or_dash(text_of(write, "revision")));
    }
  }
  if (const auto* versions = member(history, "versions"); versions != nullptr && versions->is_array()) {
    for (const auto& version : versions->get_array()) {
      auto by = text_of(version, "author");
      if (const auto client = text_of(version, "source"); !client.empty()) by += (by.empty() ? "" : " by ") + client;
      text += fmt::format("{}  version {}  {}  {}{}\n", text_of(version, "time"), text_of(version, "version"),
                          or_dash(by), text_of(version, "revision"), text_of(version, "message"));
    }
  }
  return text.empty() ? "Nothing is remembered of that time.\n" : text;
}

}  // namespace plumbline::daemon
