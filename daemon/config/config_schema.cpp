#include "daemon/config/config_schema.h"

#include <array>
#include <string_view>

#include "daemon/config/config_rules.h"
#include "manifests/documents/rules.h"

namespace plumbline::daemon {
namespace {

using manifests::Field;
using manifests::kBoolean;
using manifests::kText;
using manifests::kTexts;
using manifests::Presence;
using manifests::Shape;
using manifests::Support;
using manifests::Table;
using manifests::Type;

constexpr Shape kName{.type = Type::string, .rule = name_rule};
constexpr Shape kAddress{.type = Type::string, .rule = address_rule};
constexpr Shape kShortDuration{.node_rule = short_duration_rule};
constexpr Shape kLongDuration{.node_rule = long_duration_rule};

// A field that a coming version will read; its value is not checked.
constexpr Field later(std::string_view name) {
  return {.name = name, .support = Support::later};
}

constexpr Field required(std::string_view name, const Shape& shape, std::string_view documentation) {
  return {.name = name, .shape = shape, .documentation = documentation, .presence = Presence::required};
}

constexpr std::array kReferenceFields{
    Field{"env", kText, "The variable that holds the value"},
    Field{"file", kText, "The file that holds the value; reread when it is used"},
    Field{"credential", kText, "A file of systemd's $CREDENTIALS_DIRECTORY"},
};
constexpr Table kReferenceTable{.fields = kReferenceFields};
constexpr Shape kReference{.type = Type::object,
                           .expected = "a reference ({env: NAME}, {file: PATH} or {credential: NAME}), never the value",
                           .table = &kReferenceTable,
                           .node_rule = reference_rule};

constexpr std::array kBudgetFields{
    Field{"limit", {.type = Type::string, .rule = rate_rule}, "Calls allowed in a time: 1200/300s"},
    Field{"share", {.type = Type::number, .minimum = 0.01, .maximum = 1}, "The part of it that Plumbline may use"},
};
constexpr Table kBudgetTable{.fields = kBudgetFields};
constexpr Shape kBudget{.type = Type::object, .table = &kBudgetTable};
constexpr Shape kBudgets{.type = Type::map, .element = &kBudget, .key_rule = name_rule};

constexpr std::array<std::string_view, 2> kAccountCredentials{"api_token", "api_key"};
constexpr std::array kAccountFields{
    required("account_id", {.type = Type::string, .rule = account_id_rule},
             "32 hex digits, as the dashboard shows them"),
    Field{"api_token", kReference, "A token that may edit Workers Scripts"},
    Field{"api_key", kReference, "A global key; needs email"},
    Field{"email", kReference, "The e-mail address of api_key"},
    Field{"budget", kName, "Which of the budgets its calls count in"},
    Field{"zones", kTexts, "Zones in scope although no manifest names them"},
    Field{"api_base_url", {.type = Type::string, .rule = base_url_rule}, "Where the API is"},
};
constexpr Table kAccountTable{.fields = kAccountFields, .one_of = kAccountCredentials};
constexpr Shape kAccount{.type = Type::object, .table = &kAccountTable};
constexpr Shape kAccounts{.type = Type::map, .element = &kAccount, .key_rule = name_rule};

constexpr std::array kEnvironmentStoreFields{
    required("prefix", kText, "Key a-b is read from the variable <prefix>A_B"),
};
constexpr Table kEnvironmentStoreTable{.fields = kEnvironmentStoreFields};
constexpr Shape kEnvironmentStore{.type = Type::object, .table = &kEnvironmentStoreTable};
constexpr std::array<std::string_view, 2> kStoreKinds{"directory", "environment"};
constexpr std::array kStoreFields{
    Field{"directory", kText, "One file for each key, at most one level of folders"},
    Field{"environment", kEnvironmentStore, "Variables of this process"},
};
constexpr Table kStoreTable{.fields = kStoreFields, .one_of = kStoreKinds};
constexpr Shape kStore{.type = Type::object, .table = &kStoreTable};
constexpr Shape kStores{.type = Type::map, .element = &kStore, .key_rule = name_rule};

constexpr std::array kCredentialFields{
    Field{"username", kReference, "For https, and for ssh if the URL names no user"},
    Field{"password", kReference, "Or an access token"},
    Field{"ssh_key", kReference, "A private key, ed25519 or ecdsa, without a passphrase"},
    Field{"known_hosts", kReference, "The ssh servers that are trusted, as in ~/.ssh/known_hosts"},
};
constexpr Table kCredentialTable{.fields = kCredentialFields};
constexpr Shape kCredentials{.type = Type::object, .table = &kCredentialTable};

constexpr std::array kVerifyFields{
    required("keys", kText, "Folder of keys; each commit must be signed by one of them"),
};
constexpr Table kVerifyTable{.fields = kVerifyFields};
constexpr Shape kVerify{.type = Type::object, .table = &kVerifyTable};

constexpr std::array kAllowFields{
    Field{"names", kTexts, "Workers that this source may manage; * stands for any letters"},
    Field{"zones", kTexts, "Zones that its routes, domains and ZoneWorkers may be in, by name or id"},
};
constexpr Table kAllowTable{.fields = kAllowFields};
constexpr Shape kAllow{.type = Type::object, .table = &kAllowTable};

constexpr std::array kLimitFields{
    Field{"max_deletes",
          {.type = Type::integer, .minimum = 0, .maximum = 1e6},
          "More deletes at once need the plan's digest"},
    Field{"max_delete_percent",
          {.type = Type::number, .minimum = 0, .maximum = 100},
          "The same, as a percentage of what the source owns of the kind"},
    Field{"files", {.type = Type::integer, .minimum = 1, .maximum = 1e6}, "Manifests and files they refer to"},
    Field{"bytes", {.node_rule = byte_size_rule}, "Size of all of them"},
};
constexpr Table kLimitTable{.fields = kLimitFields};
constexpr Shape kLimits{.type = Type::object, .table = &kLimitTable};

constexpr std::array<std::string_view, 3> kPolicies{"sync", "upsert-only", "report"};
constexpr std::array<std::string_view, 2> kDriftActions{"report", "heal"};
constexpr std::array<std::string_view, 2> kAdoptRules{"none", "unowned"};
constexpr Shape kValues{.type = Type::map, .element = &kText, .key_rule = manifests::variable_name_problem};
constexpr Shape kInnerPath{.type = Type::string, .rule = subfolder_rule};
constexpr Shape kGlob{.type = Type::string, .rule = subfolder_rule};
constexpr Shape kStoreNames{.type = Type::map, .element = &kName, .key_rule = name_rule};

constexpr std::array<std::string_view, 2> kAccountRules{"match", "ignore"};
constexpr std::array kWranglerFields{
    Field{"configs", {.type = Type::list, .element = &kGlob}, "Globs of wrangler configs under other names"},
    Field{"account_id",
          {.type = Type::string, .values = kAccountRules},
          "match or ignore the account that a config names"},
};
constexpr Table kWranglerTable{.fields = kWranglerFields};
constexpr Shape kWrangler{.type = Type::object, .table = &kWranglerTable};

constexpr std::array kSourceFields{
    required("repository", {.type = Type::string, .rule = repository_rule}, "https, ssh, file or a folder"),
    Field{"branch", {.type = Type::string, .rule = branch_rule}, "The branch to follow"},
    Field{"tag", {.type = Type::string, .rule = branch_rule}, "The tag to follow"},
    Field{"semver", {.type = Type::string, .rule = semver_rule}, "The range whose newest tag is followed"},
    Field{"commit", {.type = Type::string, .rule = commit_rule}, "The commit to stay at"},
    Field{"path", kInnerPath, "Folder inside the repository"},
    Field{"credentials", kCredentials, "For the repository"},
    Field{"verify", kVerify, "Who must have signed what is applied"},
    required("account", kName, "one of accounts"),
    Field{"environment", kText, "Which overlay of the manifests applies"},
    Field{"secret_stores", kStoreNames, "The stores it may use, by the names its manifests use"},
    Field{"secret_key", kText, "Default key of a secret: {worker}/{name}"},
    Field{"include", {.type = Type::list, .element = &kGlob}, "Globs of the files that are read as manifests"},
    Field{"name_suffix",
          {.type = Type::string, .rule = name_suffix_rule},
          "Appended to the names of its Workers, and to references between them"},
    Field{"values", kValues, "For ${NAME} in manifests"},
    Field{"values_from",
          {.type = Type::list, .element = &kInnerPath},
          "Files of the repository with more values; a later file wins over an earlier one, and values over all files"},
    Field{"bundles", kInnerPath, "Where the bundles of wrangler configs are: dist/{name}"},
    Field{"wrangler", kWrangler, "How wrangler configs are read"},
    Field{"allow", kAllow, "What it may manage"},
    required("policy", {.type = Type::string, .values = kPolicies}, "sync, upsert-only or report"),
    Field{"drift", {.type = Type::string, .values = kDriftActions}, "report or heal"},
    Field{"adopt", {.type = Type::string, .values = kAdoptRules}, "none or unowned"},
    Field{"interval", kShortDuration, "How often the repository is fetched"},
    Field{"observe_interval", kShortDuration, "How often the account is listed"},
    Field{"audit_interval", kLongDuration, "About how often every Worker is read, also those that did not move"},
    Field{"limits", kLimits, "Bounds"},
    Field{"allow_data_loss", kTexts,
          "Workers whose data (Durable Object classes, workflows, queue consumers) may be destroyed"},
    Field{"suspend", kBoolean, "Fetch and read, but write nothing"},
    Field{"require_digest", kBoolean, "Apply only plans that a person has approved"},
    later("webhook_secret"),
    later("rollout"),
    later("after"),
    later("freeze"),
    later("decryption"),
};
constexpr Table kSourceTable{.fields = kSourceFields};
constexpr Shape kSource{.type = Type::object, .table = &kSourceTable};
constexpr Shape kSources{.type = Type::map, .element = &kSource, .key_rule = name_rule};

constexpr std::array kTlsFields{
    required("certificate", kReference, "the listener's own first, then those between it and a CA, as PEM"),
    required("key", kReference, "of the certificate, as PEM without a passphrase"),
};
constexpr Table kTlsTable{.fields = kTlsFields};

constexpr std::array kServerFields{
    Field{"listen", kAddress, "Health and status"},
    Field{"metrics_listen", kAddress, "Metrics"},
    Field{"read_token", kReference, "What GET /api/v1/… asks for"},
    Field{"admin_token", kReference, "What POST /api/v1/… asks for"},
    Field{"tls", {.type = Type::object, .table = &kTlsTable}, "With it, listen speaks HTTPS"},
    later("hook_listen"),
};
constexpr Table kServerTable{.fields = kServerFields};

constexpr std::array kJournalFields{Field{"path", kText, "A file of SQLite"}};
constexpr Table kJournalTable{.fields = kJournalFields};

constexpr std::array<std::string_view, 1> kApiVersions{"plumbline.dev/v1beta1"};
constexpr std::array<std::string_view, 1> kKinds{"Config"};

constexpr std::array kConfigFields{
    required("apiVersion", {.type = Type::string, .values = kApiVersions}, "plumbline.dev/v1beta1"),
    required("kind", {.type = Type::string, .values = kKinds}, "Config"),
    required("instance", kName, "part of the ownership tag of every Worker"),
    Field{"fingerprint_key", kReference, "Key of the fingerprints of secrets"},
    Field{"budgets", kBudgets, "Shares of API calls"},
    required("accounts", kAccounts, "where Workers run"),
    Field{"secret_stores", kStores, "Where values of secrets are"},
    required("sources", kSources, "where manifests come from"),
    Field{"server", {.type = Type::object, .table = &kServerTable}, "HTTP"},
    Field{"journal", {.type = Type::object, .table = &kJournalTable}, "What is remembered"},
    later("notifications"),
};
constexpr Table kConfigTable{.fields = kConfigFields};
constexpr Shape kConfig{.type = Type::object, .table = &kConfigTable};

}  // namespace

const Shape& config_shape() {
  return kConfig;
}

}  // namespace plumbline::daemon
