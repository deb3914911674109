#include <fmt/format.h>

#include "reconciler/explain/explanation.h"
#include "reconciler/explain/words.h"

namespace plumbline::reconciler {
namespace {

Json bound_json(const BoundWorker& bound) {
  return {{"worker", text_or_null(bound.worker)},
          {"queue", text_or_null(bound.queue)},
          {"place", bound.place},
          {"live", bound.worker.empty() ? Json(nullptr) : Json(bound.is_live)}};
}

JsonArray bound_list(const std::vector<BoundWorker>& all) {
  JsonArray out;
  for (const auto& bound : all) out.push_back(bound_json(bound));
  return out;
}

JsonArray exposure_list(const std::vector<ExplainedExposure>& all) {
  JsonArray out;
  for (const auto& one : all) {
    out.push_back({{"address", one.address}, {"zone", text_or_null(one.zone)}, {"state", one.state}});
  }
  return out;
}

Json block_json(const std::optional<Block>& block) {
  if (!block) return nullptr;
  return {{"reason", to_string(block->reason)},
          {"message", block->message},
          {"mend", text_or_null(block->override_with)},
          {"waits_for", json_list(block->waits_for)}};
}

Json maker_json(const VersionMaker& maker) {
  return {{"source", text_or_null(maker.source)},
          {"email", text_or_null(maker.email)},
          {"created_on", text_or_null(maker.created_on)}};
}

// `worker.auth, binding AUTH`
std::string described(const BoundWorker& bound) {
  std::string text = bound.worker.empty() ? "" : worker_address(bound.worker);
  if (!bound.queue.empty()) text += (text.empty() ? "" : ", ") + ("queue " + bound.queue);
  text += ", " + bound.place;
  if (!bound.worker.empty() && !bound.is_live) text += " (it is not live)";
  return text;
}

void add_field(Lines& lines, std::string_view name, const std::string& value) {
  if (!value.empty()) lines.add(1, fmt::format("{:<11}{}", name, value));
}

std::string place_of_manifest(const WorkerExplanation& of) {
  if (of.file.empty()) return {};
  return of.line > 0 ? fmt::format("{}:{}", of.file, of.line) : of.file;
}

// `jo@example.com with dash, 2026-10-01T00:00:00Z`
std::string made_by(const VersionMaker& maker) {
  std::string text = maker.email;
  if (!maker.source.empty()) text += (text.empty() ? "with " : " with ") + maker.source;
  if (!maker.created_on.empty()) text += (text.empty() ? "" : ", ") + maker.created_on;
  return text;
}

std::string live_from(const WorkerExplanation& of) {
  if (of.live_file.empty() || of.live_revision.empty()) return of.live_revision + of.live_file;
  return of.live_revision + ", " + of.live_file;
}

void add_origin(const WorkerExplanation& of, Lines& lines) {
  lines.add(0, worker_address(of.name));
  lines.add(1, of.state);
  add_field(lines, "manifest", place_of_manifest(of));
  add_field(lines, "revision", of.revision);
  add_field(lines, "owner", of.owner);
  if (!of.is_live) return lines.add(1, "it is not live");
  add_field(lines, "live from", live_from(of));
  add_field(lines, "version", of.version);
  add_field(lines, "since", of.since);
  lines.add_list(1, "several versions are active:", of.split);
  add_field(lines, "made by", made_by(of.maker));
}

void add_wait(const WorkerExplanation& of, Lines& lines) {
  if (of.block) {
    lines.add(1, fmt::format("held back, {}: {}", to_string(of.block->reason), of.block->message));
    add_field(lines, "mend", of.block->override_with);
  }
  lines.add_list(1, "waits for:", of.waits_for);
  lines.add_list(1, "differs in:", of.differences);
}

std::vector<std::string> described(const std::vector<BoundWorker>& all) {
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& bound : all) out.push_back(described(bound));
  return out;
}

}  // namespace

Json to_json(const WorkerExplanation& of) {
  return {{"name", of.name},
          {"live", of.is_live},
          {"owner", text_or_null(of.owner)},
          {"file", text_or_null(of.file)},
          {"line", of.line > 0 ? Json(of.line) : Json(nullptr)},
          {"revision", text_or_null(of.revision)},
          {"live_revision", text_or_null(of.live_revision)},
          {"live_file", text_or_null(of.live_file)},
          {"version", text_or_null(of.version)},
          {"since", text_or_null(of.since)},
          {"split", json_list(of.split)},
          {"maker", maker_json(of.maker)},
          {"state", of.state},
          {"differences", json_list(of.differences)},
          {"block", block_json(of.block)},
          {"waits_for", json_list(of.waits_for)},
          {"exposure", exposure_list(of.exposure)},
          {"binds", bound_list(of.binds)},
          {"bound_by", bound_list(of.bound_by)},
          {"consumes", json_list(of.consumes)},
          {"unknown", json_list(of.unknown)}};
}

std::string as_text(const WorkerExplanation& of) {
  Lines lines;
  add_origin(of, lines);
  add_wait(of, lines);
  std::vector<std::string> exposure;
  exposure.reserve(of.exposure.size());
  for (const auto& one : of.exposure) exposure.push_back(one.address + " " + one.state);
  lines.add_list(1, "reached by:", exposure);
  lines.add_list(1, "binds:", described(of.binds));
  lines.add_list(1, "bound by:", described(of.bound_by));
  lines.add_list(1, "consumes queues:", of.consumes);
  lines.add_list(1, "not known:", of.unknown);
  return lines.take();
}

}  // namespace plumbline::reconciler
