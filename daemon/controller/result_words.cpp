#include "daemon/controller/result_words.h"

#include "base/text.h"

namespace plumbline::daemon {
namespace {

using reconciler::Action;

// For a Worker, or for a part of its exposure.
std::string_view word_for(const auto& result) {
  if (result.importing) return "adopted";
  switch (result.action) {
    case Action::create:
      return "created";
    case Action::update:
      return "changed";
    case Action::remove:
      return "destroyed";
    default:
      return "done";
  }
}

}  // namespace

std::string_view done_word(const reconciler::WorkerResult& result) {
  return word_for(result);
}

std::string_view done_word(const reconciler::AddressedResult& result) {
  return word_for(result);
}

std::string blocked_line(const reconciler::AddressedBlock& blocked) {
  std::string line =
      blocked.address + ": blocked (" + std::string(to_string(blocked.block->reason)) + "): " + blocked.block->message;
  if (!blocked.block->override_with.empty()) line += "; to go on: " + blocked.block->override_with;
  return printable(line);
}

std::string listed(const std::vector<std::string>& addresses) {
  constexpr std::size_t kNamed = 2;
  if (addresses.size() == 1) return addresses.front();
  if (addresses.size() == kNamed) return addresses[0] + " and " + addresses[1];
  return addresses[0] + ", " + addresses[1] + " and " + std::to_string(addresses.size() - kNamed) + " more";
}

}  // namespace plumbline::daemon
