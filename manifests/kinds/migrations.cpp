#include "manifests/kinds/migrations.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace plumbline::manifests {
namespace {

// Goes through the steps in the order in which they take effect.
class History {
 public:
  History(const YamlNode& migrations, Report* report) : report_(report) {
    for (const YamlNode& migration : migrations.items) note_beginnings(migration);
    for (const YamlNode& migration : migrations.items) step(migration);
  }

  // The tag of the migration in which a class ended; nullptr if it still exists or is unknown.
  [[nodiscard]] const std::string* end_of(const std::string& name) const {
    const auto found = ended_.find(name);
    return found == ended_.end() ? nullptr : &found->second;
  }

 private:
  void error(const YamlNode& at, std::string summary, std::string mend = {}) {
    if (report_ != nullptr) report_->error(at, std::move(summary), std::move(mend));
  }

  template <class Visit>
  static void each(const YamlNode& migration, std::string_view list, const Visit& visit) {
    if (const YamlNode* items = migration.find(list)) {
      for (const YamlNode& item : items->items) visit(item);
    }
  }

  void note_beginnings(const YamlNode& migration) {
    const YamlNode* tag = migration.scalar_at("tag");
    if (tag == nullptr) return;
    const auto note = [&](const YamlNode* name) {
      if (name != nullptr && name->kind == YamlKind::scalar) beginnings_.emplace(name->text, tag->text);
    };
    for (const char* list : {"new_classes", "new_sqlite_classes"}) {
      each(migration, list, [&](const YamlNode& name) { note(&name); });
    }
    for (const char* list : {"renamed_classes", "transferred_classes"}) {
      each(migration, list, [&](const YamlNode& item) { note(item.scalar_at("to")); });
    }
  }

  void step(const YamlNode& migration) {
    const YamlNode* tag = migration.scalar_at("tag");
    if (tag == nullptr) return;
    tag_ = tag->text;
    if (!tags_.insert(tag_).second) error(*tag, "an earlier migration has this tag", "a tag names one migration");
    for (const char* list : {"new_classes", "new_sqlite_classes"}) {
      each(migration, list, [&](const YamlNode& name) { begin(&name); });
    }
    each(migration, "renamed_classes", [&](const YamlNode& item) {
      end(item.scalar_at("from"));
      begin(item.scalar_at("to"));
    });
    each(migration, "deleted_classes", [&](const YamlNode& name) { end(&name); });
    each(migration, "transferred_classes", [&](const YamlNode& item) { begin(item.scalar_at("to")); });
  }

  void begin(const YamlNode* name) {
    if (name == nullptr || name->kind != YamlKind::scalar) return;
    const auto [known, is_new] = living_.emplace(name->text, tag_);
    if (!is_new) {
      error(*name, fmt::format("the class \"{}\" exists already, since migration \"{}\"", name->text, known->second));
    }
    ended_.erase(name->text);
  }

  void end(const YamlNode* name) {
    if (name == nullptr || name->kind != YamlKind::scalar) return;
    const std::string& text = name->text;
    const auto beginning = beginnings_.find(text);
    if (const auto before = ended_.find(text); before != ended_.end()) {
      error(*name, fmt::format("the class \"{}\" ended in migration \"{}\"", text, before->second));
    } else if (!living_.contains(text) && beginning != beginnings_.end()) {
      error(*name, fmt::format("the class \"{}\" begins only in migration \"{}\"", text, beginning->second),
            "list migrations in the order in which they are applied");
    }
    living_.erase(text);
    ended_.insert_or_assign(text, tag_);
  }

  Report* report_;
  std::string tag_;
  std::set<std::string> tags_;
  std::map<std::string, std::string> beginnings_;  // first ones, by class; the value is a tag
  std::map<std::string, std::string> living_;
  std::map<std::string, std::string> ended_;
};

}  // namespace

void check_migrations(const YamlNode& migrations, Report& report) {
  const History history(migrations, &report);
}

void check_bound_classes(std::span<const YamlNode* const> bindings, const YamlNode& migrations, Report& report) {
  const History history(migrations, nullptr);
  for (const YamlNode* binding : bindings) {
    const YamlNode* bound = binding->scalar_at("class_name");
    const std::string* tag = bound != nullptr ? history.end_of(bound->text) : nullptr;
    if (tag == nullptr) continue;
    report.error(*bound, fmt::format("the class \"{}\" ended in migration \"{}\"", bound->text, *tag),
                 "bind the class that follows it, or remove the binding");
  }
}

}  // namespace plumbline::manifests
