#include "manifests/kinds/trigger_items.h"

#include <utility>

#include "manifests/sources/paths.h"

namespace plumbline::manifests {

DesiredQueueConsumer to_consumer(const YamlNode& item, JsonObject settings, const Report& report) {
  return {.queue = item.text_at("queue"),
          .dead_letter_queue = item.text_at("dead_letter_queue"),
          .settings = std::move(settings),
          .where = report.location(item)};
}

DesiredWorkflow to_workflow(const YamlNode& item, JsonObject settings, const Report& report) {
  return {.name = item.text_at("name"),
          .class_name = item.text_at("class_name"),
          .settings = std::move(settings),
          .where = report.location(item)};
}

DesiredMigration to_migration(const YamlNode& item, JsonObject steps, const Report& report) {
  return {.tag = item.text_at("tag"), .steps = std::move(steps), .where = report.location(item)};
}

bool take_directory(const YamlNode& directory, DesiredAssets& assets, Report& report) {
  const SourceLocation where = report.location(directory);
  auto folder = resolve_folder(folder_of(where.file), directory.text);
  if (!folder) {
    report.error(directory, folder.error().message);
    return false;
  }
  assets.directory = *std::move(folder);
  assets.where = where;
  return true;
}

}  // namespace plumbline::manifests
