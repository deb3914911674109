#include "manifests/files/asset_files.h"

#include <doctest/doctest.h>

#include "manifests/files/media_types.h"
#include "tests/unit/manifests/support.h"

using namespace plumbline;
using namespace plumbline::manifests;
using namespace plumbline::manifests::test;

namespace {

FakeTree tree_of(std::map<std::string, std::string> files) {
  return FakeTree(std::move(files), FakeTree::Ids::by_content);
}

DesiredAssets in(const std::string& directory, JsonObject config = {}) {
  return {.directory = directory, .binding = {}, .config = std::move(config), .where = {}};
}

}  // namespace

TEST_CASE("a file has the hash that wrangler gives it") {
  // Recorded from wrangler 4.86.0.
  CHECK(asset_hash("body{color:red}\n", "public/css/style.css") == "43e456f8a22e2fbfa26f90b6fd5ee9aa");
  CHECK(asset_hash("no extension\n", "public/noext") == "156977954e7441519da96d8dd9f46d71");
}

TEST_CASE("the extension counts, as the name has it, and nothing else of the path") {
  CHECK(asset_hash("x", "a/b.css") == asset_hash("x", "c.css"));
  CHECK(asset_hash("x", "a.css") != asset_hash("x", "a.CSS"));
  CHECK(asset_hash("x", "a.tar.gz") == asset_hash("x", "gz.gz"));
  // A dot that begins the name, and one in a folder's.
  CHECK(asset_hash("x", ".gz") == asset_hash("x", "plain"));
  CHECK(asset_hash("x", "v1.2/plain") == asset_hash("x", "plain"));
}

TEST_CASE("a large file is hashed like the whole of it in base64") {
  std::string bytes(200'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 256);
  CHECK(asset_hash(bytes, "a.bin") == asset_hash(bytes, "b.bin"));
  auto other = bytes;
  other.back() = 'x';
  CHECK(asset_hash(other, "a.bin") != asset_hash(bytes, "a.bin"));
}

TEST_CASE("a listing names files as they are served and takes the texts of headers and redirects into the config") {
  const auto tree = tree_of({{"site/_headers", "/*\n  X-A: b\n"},
                             {"site/_redirects", "/a /b 301\n"},
                             {"site/.assetsignore", "*.map\n"},
                             {"site/css/style.css", "body{color:red}\n"},
                             {"site/css/style.css.map", "{}"},
                             {"site/index.html", "hello"},
                             {"site/sub/_headers", "a file like others"}});
  const auto listing = digest_assets(tree, in("site", {{"html_handling", "none"}}), nullptr).value();
  REQUIRE(listing.files.size() == 3);
  CHECK(listing.files[0].path == "/css/style.css");
  CHECK(listing.files[0].source == "site/css/style.css");
  CHECK(listing.files[0].hash == "43e456f8a22e2fbfa26f90b6fd5ee9aa");
  CHECK(listing.files[0].size == 16);
  CHECK(listing.files[2].path == "/sub/_headers");
  CHECK(to_canonical_text(listing.config) ==
        R"({"_headers":"/*\n  X-A: b\n","_redirects":"/a /b 301\n","html_handling":"none"})");
}

TEST_CASE("the root of a source can be served") {
  const auto tree = tree_of({{"_headers", "x"}, {"a.txt", "a"}});
  const auto listing = digest_assets(tree, in(""), nullptr).value();
  REQUIRE(listing.files.size() == 1);
  CHECK(listing.files[0].path == "/a.txt");
  CHECK(string_member(listing.config, "_headers") == "x");
}

TEST_CASE("texts that are no UTF-8 are refused") {
  const auto tree = tree_of({{"site/_headers", "\xff"}, {"site/a.txt", "a"}});
  CHECK(digest_assets(tree, in("site"), nullptr).error().message == "\"site/_headers\" is not UTF-8");
}

TEST_CASE("a blob is read once, and what is not asked for any more is forgotten") {
  AssetHashes hashes;
  const auto tree = tree_of({{"site/a.txt", "a"}, {"site/b.txt", "b"}});
  const auto list = [&](const SourceTree& source) {
    auto listing = digest_assets(source, in("site"), &hashes).value();
    hashes.end_pass();
    return listing;
  };
  const auto first = list(tree);
  CHECK(tree.reads() == 2);
  CHECK(list(tree).files[0].hash == first.files[0].hash);
  CHECK(tree.reads() == 2);
  const auto next = tree_of({{"site/a.txt", "a"}, {"site/b.txt", "new"}});
  list(next);
  CHECK(next.reads() == 1);
  list(tree);
  CHECK(tree.reads() == 3);
  // The same bytes under another extension are another asset.
  const auto renamed = tree_of({{"site/a.css", "a"}});
  CHECK(list(renamed).files[0].hash == asset_hash("a", "a.css"));
}

TEST_CASE("the files of a folder have no ids and are read each time") {
  AssetHashes hashes;
  const FakeTree tree({{"site/a.txt", "a"}});
  for (int pass = 1; pass <= 2; ++pass) {
    CHECK(digest_assets(tree, in("site"), &hashes));
    hashes.end_pass();
  }
  CHECK(tree.reads() == 2);
}

TEST_CASE("a file that changed since it was listed is not uploaded") {
  const auto tree = tree_of({{"site/a.txt", "a"}});
  const auto listing = digest_assets(tree, in("site"), nullptr).value();
  CHECK(read_asset(tree, listing.files[0]).value() == "a");
  const auto changed = tree_of({{"site/a.txt", "b"}});
  CHECK(read_asset(changed, listing.files[0]).error().message == "\"site/a.txt\" changed since it was planned");
}

TEST_CASE("the code of a Worker is not served by accident") {
  const auto tree = tree_of({{"site/_worker.js", "code"}, {"site/a.txt", "a"}});
  CHECK(digest_assets(tree, in("site"), nullptr).error().message.starts_with("\"site/_worker.js\" is a Worker's code"));
  const auto folder = tree_of({{"site/_worker.js/index.js", "code"}});
  CHECK_FALSE(digest_assets(folder, in("site"), nullptr));
  const auto ignored =
      tree_of({{"site/.assetsignore", "_worker.js\n"}, {"site/_worker.js", "code"}, {"site/a.txt", "a"}});
  CHECK(digest_assets(ignored, in("site"), nullptr).value().files.size() == 1);
  const auto meant = tree_of({{"site/.assetsignore", ""}, {"site/_worker.js", "code"}});
  CHECK(digest_assets(meant, in("site"), nullptr).value().files.size() == 1);
}

TEST_CASE("files are served with the type of their extension, texts as UTF-8") {
  CHECK(served_type("a/index.html") == "text/html; charset=utf-8");
  CHECK(served_type("a.JS") == "text/javascript; charset=utf-8");
  CHECK(served_type("a.mjs") == "text/javascript; charset=utf-8");
  CHECK(served_type("a.b.json") == "application/json");
  CHECK(served_type("x.svg") == "image/svg+xml");
  CHECK(served_type("font.woff2") == "font/woff2");
  CHECK(served_type("m.wasm") == "application/wasm");
  CHECK(served_type("a.ez") == "application/andrew-inset");
  CHECK(served_type("a.ice") == "x-conference/x-cooltalk");
  // What has no extension, or one that nobody knows, or is all extension.
  for (const char* path : {"README", "a.unheard-of", ".html", "a.html/README", "a.", "a. ", "a.;"}) {
    CAPTURE(path);
    CHECK(served_type(path) == "application/null");
  }
}
