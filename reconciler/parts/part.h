#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "reconciler/model/change_line.h"
#include "reconciler/model/live.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/read.h"
#include "reconciler/model/target.h"

/// The interface of a part of a Worker: its code, its secrets, its cron triggers. All that is known of a part stands in
/// its one .cpp. Whoever plans asks every part in turn (see parts.h) and knows none by name.
namespace plumbline::reconciler {

class VersionDraft;

/// What a part sees beside its own Worker. Points into what it was made from, which outlives it.
struct AccountView {
  const TargetList* targets = nullptr;
  const LiveState* live = nullptr;
  const Policy* policy = nullptr;

  struct Claim {
    std::string worker;
    bool in_scope = true;  ///< --only leaves it in
  };
  /// By Part::claims(). What two manifests claim is the first one's, and rather one's that is in scope.
  std::map<std::string, Claim, std::less<>> claims = {};

  /// The manifest of a Worker; nullptr if there is none.
  [[nodiscard]] const Target* target_of(std::string_view worker) const;
  /// A Worker in scope, other than `worker`, whose manifest claims it; nullptr if there is none.
  [[nodiscard]] const std::string* taker_from(std::string_view worker, std::string_view claim) const;
};

/// A Worker, as desired and as live.
struct Subject {
  const Target* target = nullptr;    ///< null: the Worker goes
  const LiveWorker* live = nullptr;  ///< null: there is none
  const AccountView* account = nullptr;

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const manifests::DesiredWorker& desired() const { return *target->desired; }
};

/// The same with what several parts compare with. What is not known counts as different: all that decides on it was
/// read before (see Part::reads_to_compare()).
struct View : Subject {
  explicit View(const Subject& subject);

  LiveSettings raw;                ///< in the API's form
  Known<Attestation> attestation;  ///< known_attestation()

  [[nodiscard]] bool creates() const { return live == nullptr; }
  /// A live setting in canonical form, with the service's defaults; nullptr: not set, or not known.
  [[nodiscard]] const Json* setting(std::string_view name) const;
  /// Canonical live bindings by name; empty if there are none, or they are not known.
  [[nodiscard]] const JsonObject& bindings() const;
  /// What the active version attests; `-` for everything where nothing is known.
  [[nodiscard]] Attestation attested() const;

 private:
  /// Those that do not stand there in canonical form, once they were asked for; nothing: not set.
  mutable std::map<std::string, std::optional<Json>, std::less<>> canonical_;
};

/// The least write that brings a difference, cheapest first.
enum class Write {
  none,             ///< nothing, or calls of the part's own
  script_settings,  ///< PATCH script-settings: makes no version
  version,          ///< PATCH settings: makes a version, and carries script settings along
  upload,           ///< PUT of the whole Worker
};

/// What tells how a part was when it was as a manifest asked, so that a later edit is seen (see origins.h).
enum class Witness {
  version,      ///< a version shows it
  attestation,  ///< a version attests it as a whole, by a digest, and does not show it
  journal,      ///< no version holds it: only who applied it remembers
};

class Part;

/// How a part of a live Worker differs from its manifest, and what mends it.
struct PartDiff {
  std::vector<ChangeLine> lines{};  ///< what changes, and what is kept all the same
  Write write = Write::none;
  std::string why{};                   ///< of an upload, one phrase: `upload the code`
  std::vector<std::string> keys{};     ///< what the write has to bring: names of settings, of secrets
  std::vector<std::string> gone{};     ///< what goes, so that the write does not bring it: names of secrets, of queues
  bool only_new_values = false;        ///< nothing but new values of secrets that are there already
  std::vector<PlannedCall> first{};    ///< before everything else
  std::vector<PlannedCall> alone{};    ///< each makes a version by itself, which the write of the Worker attests
  std::vector<PlannedCall> then{};     ///< after the write of the Worker
  std::vector<Ended> ends{};           ///< data, or work under way, that the calls would end
  std::optional<Block> unread_ends{};  ///< what might end could not be read
  std::optional<Block> block{};        ///< why the Worker cannot be written, be there a difference or not
  std::vector<Diagnostic> notes{};
  std::optional<Read::Kind> for_people{};  ///< a read of the Worker that would tell a person more, and decides nothing
  const Part* part = nullptr;              ///< set by diff_worker()

  void line(char symbol, std::string what, std::string detail = {}, std::string pointer = {}) {
    lines.push_back({symbol, std::move(what), std::move(detail), {}, std::move(pointer)});
  }
  void needs(Write least) { write = std::max(write, least); }
  /// Whether anything has to be done; if not, something may have to be told all the same.
  [[nodiscard]] bool differs() const {
    return write != Write::none || !gone.empty() || !first.empty() || !alone.empty() || !then.empty();
  }
};

/// A part says what concerns it by overriding. Parts are stateless objects that live as long as the program, and
/// functions of their arguments alone.
class Part {
 public:
  Part() = default;
  virtual ~Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  Part(Part&&) = delete;
  Part& operator=(Part&&) = delete;

  /// As journals and plans call it: `schedules`.
  [[nodiscard]] virtual std::string_view name() const = 0;

  // Of the manifest.

  /// Adds what of the part the manifest manages, to tell later what it has dropped: `schedules`, `secret API_KEY`.
  virtual void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const;
  /// Adds the part's share of Target::identity, which says whether a manifest asks for the same as before.
  virtual void add_identity(const Target& target, JsonObject& identity) const;
  /// Names what only one Worker can hold, such as `queue orders`.
  [[nodiscard]] virtual std::vector<std::string> claims(const Target& target) const;

  // Read. A read may be named several times.

  /// Adds what diff() needs and `subject`, which has a target, does not hold.
  virtual void add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const;
  /// Adds what is needed beyond that before a write of a Worker that differs, or is not there.
  virtual void add_reads_to_write(const Subject& subject, Write write, Reads& reads) const;
  /// Adds what is needed before `subject`, which has no target, is deleted.
  virtual void add_reads_to_delete(const Subject& subject, Reads& reads) const;
  /// The row of a Read of the part's own; it takes the Worker's name alone.
  [[nodiscard]] virtual const api::Operation* read_operation() const;
  /// The value for LiveWorker::parts from what that read got.
  [[nodiscard]] virtual Json value_read(Json answer) const;
  /// The same from an entry of the beta list of Workers; nothing: that does not tell it.
  [[nodiscard]] virtual std::optional<Json> value_in_beta_list(const JsonObject& entry) const;

  // Compare and write.

  /// Why the Worker cannot even be compared: a name that nothing bears, something that somebody else holds.
  [[nodiscard]] virtual std::optional<Block> obstacle(const Subject& subject) const;
  [[nodiscard]] virtual PartDiff diff(const View& view) const;
  /// Of a line of diff().
  [[nodiscard]] virtual Witness witness(const ChangeLine& line) const;
  /// What goes with a Worker that is deleted; `subject` has no target.
  [[nodiscard]] virtual PartDiff removal(const Subject& subject) const;
  /// Other Workers that lose something to this one. They go on with it until it is taken.
  [[nodiscard]] virtual std::vector<std::string> losers(const Subject& subject) const;
  /// Adds the part's share to the one write of the Worker. Every part is asked, whether it differs (`own`) or not
  /// (nullptr), because a write resets what it leaves out.
  virtual void write(const View& view, const PartDiff* own, VersionDraft& draft) const;

  // Tell and remember.

  // Without `account`.

  /// Adds the part as it is, as far as the manifest states it, and in the manifest's words where it is as those say.
  virtual void add_state_before(const View& view, JsonObject& state) const;
  /// Adds the part as it will be.
  virtual void add_state_after(const Subject& subject, JsonObject& state) const;
  /// The live value, as read or remembered, in the form of LiveWorker::parts; nothing: not known, or not kept there.
  [[nodiscard]] virtual std::optional<Json> known_value(const LiveWorker& live) const;
  /// The same once everything is done that `own` says, which is null where that is nothing; nothing: as before.
  [[nodiscard]] virtual std::optional<Json> value_after(const View& view, const PartDiff* own) const;
  /// How many things that Ended names this Worker holds, where deletes of them are bounded.
  [[nodiscard]] virtual std::size_t count_held(const LiveWorker& live, Ended::Kind kind) const;
};

/// What might end could not be read. It is unknown what the change would end, so it is not made: ReadFailed. `what`:
/// `the queues of the account`.
Block unread_block(std::string_view what, const std::optional<api::Error>& failure);

}  // namespace plumbline::reconciler
