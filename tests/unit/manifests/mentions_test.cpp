#include "manifests/mentions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "manifests/sources/mentioned_names.h"
#include "manifests/wrangler/wrangler_accounts.h"
#include "support.h"

// Names of Workers in what is not read as a manifest any more, and configs of other accounts.
namespace plumbline::manifests {
namespace {

using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

std::string worker(std::string_view name) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) +
         "}\nspec: {main: i.js}\n";
}

std::string toml(std::string_view name, std::string_view more = {}) {
  return "name = \"" + std::string(name) +
         "\"\nmain = \"i.js\"\nno_bundle = true\ncompatibility_date = \"2026-01-01\"\n" + std::string(more);
}

// `name file` a line, with a star where the file is not read.
std::string mentioned(const Files& files, const LoadOptions& options = {}) {
  Files all = files;
  all["i.js"] = "export default {}";
  std::string out;
  for (const MentionedName& one : load(all, options).mentioned) {
    out += one.name + ' ' + one.file + (one.is_unread ? " *\n" : "\n");
  }
  return out;
}

LoadOptions with_accounts() {
  LoadOptions options;
  options.wrangler_accounts = std::make_shared<WranglerAccounts>(
      WranglerAccounts{.own = "aaaa", .others = {{"aaaa", "mine"}, {"bbbb", "theirs"}}});
  return options;
}

}  // namespace

TEST_CASE("names are found in YAML, JSON and TOML, and in comments of each") {
  CHECK(mentioned_names("metadata:\n  name: a-1\n#  name: b\n") == Names{"a-1", "b"});
  CHECK(mentioned_names(R"({"name": "a", "x": {"name":"b"}})") == Names{"a", "b"});
  CHECK(mentioned_names("name = \"a\"\n# name='b'\n") == Names{"a", "b"});
  CHECK(mentioned_names("hostname: x\nname_suffix: y\nname: ${X}\nnames: [z]\n").empty());
}

TEST_CASE("a name counts that stands in what is left out, put away or commented out, and that nobody states") {
  CHECK(mentioned({{".plumblineignore", "old/\n"}, {"old/w.yaml", worker("w")}}) == "w old/w.yaml *\n");
  CHECK(mentioned({{"a/w.yaml", worker("w")}, {"b/v.yaml", worker("v")}}, {.include = {"b/**"}}) == "w a/w.yaml *\n");
  CHECK(mentioned({{"w.yaml.off", worker("w")}, {"v.bak", worker("v")}}) == "v v.bak *\nw w.yaml.off *\n");
  CHECK(mentioned({{"v.yaml", worker("v") + "---\n" + "# kind: Worker\n# metadata: {name: w}\n"}}) == "w v.yaml\n");
  CHECK(mentioned({{"v.yaml", worker("v")}, {"v.yaml.orig", worker("v")}}).empty());
  CHECK(mentioned({{"deployment.yaml.bak", "kind: Deployment\nmetadata: {name: w}\n"}, {"notes.txt", "name: w"}})
            .empty());
  CHECK(mentioned({{"wrangler.toml.off", toml("w")}}, {.environment = "s", .name_suffix = "-x"}) ==
        "w-s-x wrangler.toml.off *\nw-x wrangler.toml.off *\n");
  // It is meant for other environments.
  const std::string absent =
      "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: v}\nspec: {main: i.js, environments: {s: "
      "null}}\n";
  CHECK(mentioned({{"v.yaml", absent}}, {.environment = "s"}).empty());
  CHECK(mentioned({{"wrangler.toml", toml("w", "[env.s]\n")}}, {.environment = "s"}).empty());
  CHECK(mentioned({{"wrangler.toml", toml("w")}, {"wrangler.json", "{\"name\": \"v\"}"}}) == "w wrangler.toml *\n");
}

TEST_CASE("a config of Pages and one of another account are no manifests") {
  const auto pages = load({{"wrangler.toml", toml("w", "pages_build_output_dir = \"dist\"\n")}, {"i.js", "x"}});
  CHECK(pages.manifest_paths.empty());
  CHECK(texts(pages.diagnostics).contains("note: this is a project of Pages"));
  const auto other =
      load({{"wrangler.toml", "account_id = \"BBBB\"\n" + toml("w", "[[k2]]\nbinding = \"K\"\n")}, {"i.js", "x"}},
           with_accounts());
  CHECK(other.manifest_paths.empty());
  CHECK(other.workers.empty());
  CHECK(other.broken_names.empty());
  CHECK(texts(other.diagnostics) ==
        "wrangler.toml:1:14: note: this config does not belong to this source: it names the account \"theirs\"\n");
}

TEST_CASE("a config's account follows wrangler's environments, and one that nobody here has is an error") {
  const auto said = [](const std::string& text, const std::string& environment) {
    LoadOptions options = with_accounts();
    options.environment = environment;
    const auto state = load({{"wrangler.toml", text}, {"i.js", "export default {}"}}, options);
    return texts(state.diagnostics) + (state.workers.empty() ? "no Worker" : state.workers[0].name);
  };
  const std::string environments = "[env.s]\naccount_id = \"aaaa\"\n[env.t]\n[env.u]\naccount_id = \"\"\n";
  CHECK(said("account_id = \"aaaa\"\n" + toml("w"), "") == "w");
  CHECK(said("account_id = \"\"\n" + toml("w"), "") == "w");
  CHECK(said("account_id = \"bbbb\"\n" + toml("w", environments), "s") == "w-s");
  CHECK(said("account_id = \"bbbb\"\n" + toml("w", environments), "t").contains("it names the account \"theirs\""));
  CHECK(said("account_id = \"bbbb\"\n" + toml("w", environments), "u") == "w-u");
  CHECK(said("account_id = \"cccc\"\n" + toml("w"), "") ==
        "wrangler.toml:1:14: error: \"account_id\" names the account cccc, which is not known here; this source writes "
        "to the account aaaa (without a configuration, the one in CLOUDFLARE_ACCOUNT_ID). Correct one of the two, or "
        "write wrangler: {account_id: ignore} for the source in a configuration\nno Worker");
  const auto ignored = load({{"wrangler.toml", "account_id = \"cccc\"\n" + toml("w")}, {"i.js", "export default {}"}});
  CHECK(ignored.workers.size() == 1);
}

}  // namespace plumbline::manifests
