#include "reconciler/journal/uncertain_notes.h"

namespace plumbline::reconciler {

NoteKey uncertain_notes(std::string account, const Owner& owner) {
  return {std::move(account), to_string(owner), "uncertain"};
}

UncertainCreates uncertain_from(const Notes& notes) {
  UncertainCreates creates;
  for (const auto& [worker, text] : notes) {
    const auto note = parse_json(text);
    if (!note || !note->is_object()) continue;
    creates.emplace(
        worker, UncertainCreate{std::string(string_member(*note, "version")), std::string(string_member(*note, "made")),
                                bool_member(*note, "adopted").value_or(false)});
  }
  return creates;
}

NoteChanges uncertain_note(const std::string& worker, const UncertainCreate& create) {
  NoteChanges changes;
  changes[worker] =
      to_text(JsonObject{{"version", create.version}, {"made", create.made}, {"adopted", create.adopted}});
  return changes;
}

}  // namespace plumbline::reconciler
