#pragma once

#include <memory>
#include <string>
#include <utility>

#include "reconciler/reconcile.h"

/// Changes and what became of them, as tests of their meaning need them.
namespace plumbline::reconciler::test {

using Status = WorkerResult::Status;

inline WorkerChange change(std::string name, Action action) {
  WorkerChange change;
  change.name = std::move(name);
  change.action = action;
  if (action != Action::create) change.live = std::make_shared<const LiveWorker>();
  return change;
}

inline WorkerChange blocked(std::string name, Action action, Reason reason) {
  auto result = change(std::move(name), action);
  result.block = Block{reason, "something stands in the way", "do this"};
  return result;
}

inline WorkerChange drifted(std::string name) {
  auto result = change(std::move(name), Action::update);
  result.origin = Origin::drift;
  result.edit.source = "dash";
  result.lines.push_back({'~', "binding GREETING", "\"hello\" -> \"hi\"", {}});
  result.lines.back().origin = Origin::drift;
  return result;
}

inline api::Error error_of(api::ErrorKind kind) {
  api::Error error;
  error.kind = kind;
  error.message = "it went wrong";
  return error;
}

inline WorkerResult result(std::string name, Action action, Status status) {
  WorkerResult result;
  result.name = std::move(name);
  result.action = action;
  result.status = status;
  if (status == Status::failed) {
    result.error = error_of(api::ErrorKind::invalid);
    result.message = "it went wrong";
  }
  if (status == Status::replan) result.message = "the answer is lost";
  return result;
}

inline ZoneWorkerChange zone(std::string name, Action action) {
  ZoneWorkerChange change;
  change.zone = std::move(name);
  change.action = action;
  return change;
}

}  // namespace plumbline::reconciler::test
