#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Static assets with the real binary: sessions, uploads, what is kept and what nobody may see.
namespace plumbline::testing {

namespace {

using Calls = std::vector<std::string>;

const Calls kBrought{"POST /workers/scripts/site/assets-upload-session", "POST /workers/assets/upload",
                     "PUT /workers/scripts/site"};

void write_site(const Workspace& workspace, const std::string& page = "hello") {
  write_worker(workspace.manifests(), "site",
               "  assets: {directory: public, config: {not_found_handling: 404-page}}\n");
  write_file(workspace.manifests() / "public/index.html", page);
  write_file(workspace.manifests() / "public/css/style.css", "body{color:red}\n");
  write_file(workspace.manifests() / "public/noext", "no extension\n");
  write_file(workspace.manifests() / "public/_headers", "/*\n  X-Frame-Options: DENY\n");
}

Json assets_of(const Workspace& workspace) {
  return workspace.simulator().latest_version("site").at("assets");
}

Calls writes(const Workspace& workspace) {
  return to_strings(writes_of(workspace.simulator().requests()));
}

}  // namespace

TEST_CASE("assets are brought with the Worker, under wrangler's hashes") {
  const Workspace workspace;
  write_site(workspace);
  const auto applied = workspace.apply();
  CHECK(applied.out.contains("2 API calls and at most 3 uploads of assets"));
  CHECK(writes(workspace) == kBrought);
  const auto assets = assets_of(workspace);
  CHECK(assets.at("manifest").at("/css/style.css") == Json{{"hash", "43e456f8a22e2fbfa26f90b6fd5ee9aa"}, {"size", 16}});
  CHECK(assets.at("manifest").at("/noext") == Json{{"hash", "156977954e7441519da96d8dd9f46d71"}, {"size", 13}});
  CHECK(assets.at("manifest").as_object().size() == 3);
  CHECK(string_member(assets.at("config"), "_headers") == "/*\n  X-Frame-Options: DENY\n");
  CHECK(string_member(assets.at("config"), "not_found_handling") == "404-page");
}

TEST_CASE("assets that did not change cost nothing, with the journal and without it") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  CHECK(workspace.plan().at("applyable") == false);
  workspace.simulator().clear_requests();
  CHECK(workspace.plan({"--refresh", "list"}).at("applyable") == false);
  CHECK(workspace.simulator().requests().size() == 1);
  workspace.forget_journal();
  CHECK(workspace.plan().at("applyable") == false);
  CHECK(writes(workspace).empty());
}

TEST_CASE("a changed page is one session, one upload of that page and one of the Worker") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  workspace.simulator().clear_requests();
  write_site(workspace, "a new page");
  workspace.apply();
  CHECK(writes(workspace) == kBrought);
  CHECK(assets_of(workspace).at("manifest").as_object().size() == 3);
}

TEST_CASE("files that the service has are not uploaded again") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  write_site(workspace, "another page");
  workspace.apply();
  workspace.simulator().clear_requests();
  write_site(workspace);
  workspace.apply();
  CHECK(writes(workspace) == Calls{kBrought.front(), kBrought.back()});
}

TEST_CASE("an upload of code keeps the assets") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  const auto before = assets_of(workspace);
  workspace.simulator().clear_requests();
  write_file(workspace.manifests() / "site.js", "export default { fetch() { return new Response('new'); } };\n");
  workspace.apply();
  CHECK(writes(workspace) == Calls{kBrought.back()});
  CHECK(assets_of(workspace) == before);
}

TEST_CASE("assets that the manifest drops stay as they are") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  const auto before = assets_of(workspace);
  write_worker(workspace.manifests(), "site");
  CHECK(workspace.run_on_manifests("plan").out.contains(". assets"));
  write_file(workspace.manifests() / "site.js", "export default { fetch() { return new Response('new'); } };\n");
  workspace.apply();
  CHECK(assets_of(workspace) == before);
}

TEST_CASE("what somebody edited by hand attests nothing, and the assets are brought once more") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  workspace.simulator().edit("site", "set-var", "FOREIGN", "by hand");
  workspace.simulator().clear_requests();
  workspace.apply();
  CHECK(writes(workspace) == Calls{kBrought.front(), kBrought.back()});
  workspace.forget_journal();
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a Worker of assets alone needs no code") {
  const Workspace workspace;
  write_file(workspace.manifests() / "site.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata:\n  name: site\nspec:\n"
             "  assets: {directory: public}\n");
  write_file(workspace.manifests() / "public/index.html", "hello");
  workspace.apply();
  CHECK(writes(workspace) == kBrought);
  CHECK(workspace.plan().at("applyable") == false);
  workspace.forget_journal();
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("many files come in many uploads, all of which arrive") {
  const Workspace workspace;
  write_site(workspace);
  for (int i = 0; i < 200; ++i)
    write_file(workspace.manifests() / fmt::format("public/{}.txt", i), fmt::format("{}", i));
  workspace.apply();
  CHECK(count(workspace.simulator().requests(), "POST", "/workers/assets/upload") == 9);
  CHECK(assets_of(workspace).at("manifest").as_object().size() == 203);
}

TEST_CASE("a session that the service has forgotten is begun anew, and the account goes on") {
  const Workspace workspace;
  write_site(workspace);
  workspace.simulator().add_fault({{"match", {{"method", "POST"}, {"path", "workers/assets/upload$"}}},
                                   {"times", 1},
                                   {"fault", "status"},
                                   {"status", 401},
                                   {"code", 10000},
                                   {"message", "Authentication error"}});
  workspace.apply();
  CHECK(count(workspace.simulator().requests(), "POST", "/assets-upload-session") == 2);
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("an upload of files that fails leaves the live Worker as it is") {
  const Workspace workspace;
  write_site(workspace);
  workspace.apply();
  const auto before = assets_of(workspace);
  workspace.simulator().add_fault({{"match", {{"method", "POST"}, {"path", "workers/assets/upload$"}}},
                                   {"times", 0},
                                   {"fault", "status"},
                                   {"status", 400},
                                   {"code", 10006},
                                   {"message", "Malformed"}});
  write_site(workspace, "a new page");
  const auto failed = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(failed.exit_code == 1);
  CHECK(assets_of(workspace) == before);
  workspace.simulator().clear_faults();
  workspace.apply();
  CHECK(assets_of(workspace) != before);
}

TEST_CASE("the token of a session is in no output and in no file") {
  const Workspace workspace;
  write_site(workspace);
  const auto applied = workspace.apply({"--log-level", "debug"});
  // Three parts of base64url, of which the first is the same in all of them.
  const std::string token = "eyJ";
  CHECK_FALSE((applied.out + applied.err).contains(token));
  CHECK_FALSE(read_file(workspace.journal()).contains(token));
  CHECK_FALSE(to_text(workspace.plan()).contains(token));
}

}  // namespace plumbline::testing
