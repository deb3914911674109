#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "simulator/instant.h"

/// The content of an account, as plain data. The rules are in the files of the endpoints.
namespace plumbline::simulator {

struct Module {
  std::string name;
  std::string content_type;
  std::string bytes;
};

enum class Syntax { module, service_worker };

/// Code of a version. It never changes, so versions can share it.
struct Code {
  Syntax syntax = Syntax::module;
  std::string main;  ///< name of the entry module or of the body part
  std::vector<Module> modules;
  std::string etag;                        ///< 64 hex digits; changes with content
  std::vector<std::string> handlers;       ///< of the default export, or listened for
  std::vector<std::string> named_exports;  ///< classes and other named exports
};

/// Static assets of a version. The API cannot read them back.
struct Assets {
  JsonObject manifest;  ///< path -> {hash, size}
  JsonObject config;
};

/// A stored binding. The value of a secret is not stored: the only thing that can be observed about it is whether it
/// changed, and its digest is enough for that.
struct Binding {
  std::string name;
  std::string type;
  JsonObject fields;          ///< all members except name, type and secret values
  std::string secret_digest;  ///< beginning of the value's SHA-256; empty if it is not a secret

  [[nodiscard]] bool is_secret() const { return !secret_digest.empty(); }
};

/// A version. Immutable once it is in a Worker's list.
struct Version {
  std::string id;  ///< UUID
  std::uint64_t number = 0;
  Instant created_on;
  std::string source;                ///< wrangler, dash, api, …
  JsonObject annotations;            ///< workers/message, workers/tag, workers/triggered_by
  std::shared_ptr<const Code> code;  ///< null: assets only
  std::shared_ptr<const Assets> assets;
  std::vector<Binding> bindings;  ///< sorted by name
  JsonObject settings;            ///< versioned settings as stated
  std::string migration_tag;
};

/// The part of the traffic that a version gets.
struct Share {
  std::string version_id;
  double percentage = 100;
};

/// Which versions serve traffic.
struct Deployment {
  std::string id;  ///< UUID
  Instant created_on;
  std::string source;
  std::string author_email;
  JsonObject annotations;
  std::vector<Share> shares;
};

struct Schedule {
  std::string cron;
  Instant created_on;
  Instant modified_on;
};

/// The addresses on workers.dev.
struct SubdomainState {
  bool enabled = false;
  bool previews_enabled = false;
};

/// A Durable Object class that has a namespace.
struct DurableClass {
  std::string namespace_id;
  bool use_sqlite = false;
};

/// A named copy beside a Worker, to be looked at.
struct Preview {
  std::string id;  ///< 32 hex digits
  std::string name;
  std::string slug;  ///< the name in hostnames
  Instant created_on;
  JsonObject settings;                                      ///< logpush, observability, tail_consumers
  std::vector<std::shared_ptr<const Version>> deployments;  ///< oldest first; they have no numbers
};

struct Tail {
  std::string id;
  Instant expires_at;
};

struct Worker {
  std::string name;
  std::string tag;  ///< 32 hex digits, never changes
  Instant created_on;
  Instant modified_on;  ///< strictly increasing
  std::string last_deployed_from;
  JsonObject settings;  ///< logpush, observability, tags, tail_consumers: not versioned
  std::string migration_tag;
  std::map<std::string, DurableClass> classes;
  std::vector<std::shared_ptr<const Version>> versions;  ///< oldest first, never empty
  std::vector<Deployment> deployments;                   ///< oldest first, never empty
  std::uint64_t next_version = 1;
  SubdomainState subdomain;
  std::vector<Schedule> schedules;
  std::vector<Tail> tails;
  std::vector<Preview> previews;  ///< oldest first
  /// The Worker's item of the list, as JSON text; empty if it has to be made again.
  mutable std::string list_item;

  [[nodiscard]] const Version& latest() const { return *versions.back(); }
  [[nodiscard]] const Version* find_version(std::string_view id) const;
  /// The version with the most traffic.
  [[nodiscard]] const Version& deployed() const;
  /// Whether only the latest version serves traffic. Otherwise settings and secrets cannot be changed.
  [[nodiscard]] bool latest_is_deployed() const;
};

struct ZoneRoute {
  std::string id;
  std::string pattern;
  std::string script;  ///< empty: Workers are turned off for the pattern
};

/// The one script of a zone in the API of 2018.
struct LegacyScript {
  std::string bytes;
  std::string etag;
  Instant modified_on;
  std::vector<Binding> bindings;
};

struct Zone {
  std::string id;
  std::string name;
  std::vector<ZoneRoute> routes;
  std::optional<LegacyScript> legacy_script;
};

struct Domain {
  std::string id;
  std::string hostname;
  std::string service;
  std::string zone_id;
  std::string cert_id;
  std::optional<bool> enabled;           ///< whether requests to it reach the Worker; nothing: as true
  std::optional<bool> previews_enabled;  ///< whether its versions have hostnames below it
};

/// An asset upload that has begun.
struct UploadSession {
  std::string token;             ///< the session's JWT
  std::string completion_token;  ///< the value that metadata.assets.jwt may have afterwards
  Instant expires_at;            ///< of both tokens
  JsonObject manifest;
  std::set<std::string, std::less<>> missing;  ///< hashes that have not arrived yet
};

/// By name, or by another key that identifies them.
using Workers = std::map<std::string, Worker, std::less<>>;

struct Account {
  Workers workers;
  Workers dispatched;  ///< those in dispatch namespaces, by `namespace/name`
  std::vector<Zone> zones;
  std::vector<Domain> domains;
  std::optional<std::string> subdomain = "simulator";                     ///< of workers.dev
  JsonObject settings;                                                    ///< default_usage_model, green_compute
  std::vector<std::string> dns_records;                                   ///< hostnames that have a DNS record
  std::map<std::string, std::vector<JsonObject>, std::less<>> resources;  ///< by path: KV, D1, …
  std::vector<UploadSession> uploads;
  std::set<std::string, std::less<>> asset_hashes;  ///< files that were uploaded at some time
};

}  // namespace plumbline::simulator
