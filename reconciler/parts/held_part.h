#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconciler/parts/part.h"

namespace plumbline::reconciler {

/// A part that is made of things of the account, each of which one Worker holds at a time: queue consumers, workflows.
/// A list of the account tells of all Workers. Settings by the thing's name are what the manifest writes.
class HeldPart : public Part {
 public:
  struct Words {
    std::string_view name;    ///< of the part and its field in a manifest: `queue_consumers`
    std::string_view thing;   ///< in lines: `queue consumer`
    std::string_view listed;  ///< in `the … of the account`: `queues`
    Read::Kind list = Read::Kind::queues;
  };
  explicit HeldPart(const Words& words) : words_(words) {}

  [[nodiscard]] std::string_view name() const final { return words_.name; }
  void add_managed(const manifests::DesiredWorker& worker, std::vector<std::string>& managed) const final;
  void add_identity(const Target& target, JsonObject& identity) const final;
  [[nodiscard]] std::vector<std::string> claims(const Target& target) const final;
  void add_reads_to_compare(const Subject& subject, Refresh refresh, Reads& reads) const final;
  void add_reads_to_delete(const Subject& subject, Reads& reads) const final;
  [[nodiscard]] std::optional<Block> obstacle(const Subject& subject) const final;
  [[nodiscard]] PartDiff diff(const View& view) const final;
  [[nodiscard]] std::vector<std::string> losers(const Subject& subject) const final;
  void add_state_before(const View& view, JsonObject& state) const final;
  void add_state_after(const Subject& subject, JsonObject& state) const final;
  [[nodiscard]] std::optional<Json> value_after(const View& view, const PartDiff* own) const final;

 protected:
  /// What the manifest asks for; nothing: unmanaged.
  [[nodiscard]] virtual std::optional<Triggers> stated(const manifests::DesiredWorker& worker) const = 0;
  /// Whether the list was not asked for yet, and why it is not to be had.
  [[nodiscard]] virtual bool is_unread(const LiveState& live) const = 0;
  [[nodiscard]] virtual const std::optional<api::Error>& failure(const LiveState& live) const = 0;
  /// Another Worker of this source that holds the thing now; empty: there is none. Of a list that was read.
  [[nodiscard]] virtual std::string holder(const Subject& subject, const std::string& thing) const = 0;

  /// Keys of a thing's settings that are not as desired.
  [[nodiscard]] virtual std::vector<std::string> differing(const JsonObject& live, const JsonObject& desired) const = 0;
  /// A live value, also where the service means its default and does not say it; nothing: there is none.
  [[nodiscard]] virtual std::optional<Json> live_value(const JsonObject& live, std::string_view key) const = 0;
  /// What a write sends, which replaces the whole: unmanaged settings keep their values.
  [[nodiscard]] virtual JsonObject merged(JsonObject live, const JsonObject& desired) const = 0;
  /// What to say of one that is made.
  [[nodiscard]] virtual std::string described(const JsonObject& desired) const = 0;

  /// Why none of `desired` can be compared; the list was read.
  [[nodiscard]] virtual std::optional<Block> held_block(const Subject& subject, const Triggers& desired) const = 0;
  /// The calls that make or change `thing`; `live`: nullptr if this Worker does not hold it.
  [[nodiscard]] virtual std::vector<PlannedCall> put_calls(const Subject& subject, const std::string& thing,
                                                           const JsonObject& desired, const JsonObject* live) const = 0;
  /// What of the Worker's things the manifest does not name; `taker`: who takes it over, may be nullptr.
  virtual void add_surplus(const Subject& subject, const std::string& thing, const std::string* taker,
                           PartDiff& diff) const = 0;
  /// Whether a surplus thing is the Worker's own still, once everything is done.
  [[nodiscard]] virtual bool keeps_surplus() const = 0;
  /// What is live of what the manifest states, for one thing; `desired`: nullptr if it does not name it.
  [[nodiscard]] virtual std::optional<JsonObject> before(const JsonObject& live, const JsonObject* desired) const = 0;

  /// Of the live Worker, as far as it is known.
  [[nodiscard]] Triggers live_things(const LiveWorker* live) const;
  [[nodiscard]] std::string claim_of(std::string_view thing) const;
  /// The other manifest that asks for the thing, whether --only leaves it in or not.
  [[nodiscard]] bool is_claimed(const Subject& subject, std::string_view thing) const;

 private:
  [[nodiscard]] PartDiff diff_of(const Subject& subject) const;
  /// Who takes a thing over that the Worker holds; nullptr: nobody, or the list was not read.
  [[nodiscard]] const std::string* taker(const Subject& subject, std::string_view thing) const;
  void add_put_lines(const Subject& subject, const std::string& thing, const JsonObject& desired,
                     const JsonObject* live, PartDiff& diff) const;

  Words words_;
};

/// In the form of LiveWorker::parts, and back.
Json to_json(const Triggers& triggers);
Triggers triggers_of(const Json* value);

}  // namespace plumbline::reconciler
