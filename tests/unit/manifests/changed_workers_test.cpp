#include "manifests/changed_workers.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "manifests/kinds/parse_cache.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using Names = std::vector<std::string>;
using Files = std::map<std::string, std::string>;

class Source {
 public:
  // Loads after an edit, and tells what is changed since the load before.
  Names changed_by(const Files& edit) {
    for (const auto& [path, text] : edit) files_[path] = text;
    for (const auto& [path, text] : edit) {
      if (text.empty()) files_.erase(path);
    }
    auto next =
        load_manifests(std::make_shared<test::FakeTree>(files_, test::FakeTree::Ids::by_content), {.cache = &cache_});
    auto changed = changed_workers(state_, next);
    state_ = std::move(next);
    return changed;
  }

 private:
  ParseCache cache_;
  Files files_;
  DesiredState state_;
};

TEST_CASE("Workers that come, go or ask for something else are named, and no others") {
  Source source;
  CHECK(source.changed_by({{"a/w.yaml", test::worker_with("a", "main: i.js")},
                           {"b/w.yaml", test::worker_with("b", "main: i.js")},
                           {"c/w.yaml", test::worker_with("c", "main: i.js")},
                           {"a/i.js", "1"},
                           {"b/i.js", "1"},
                           {"c/i.js", "1"}}) == Names{"a", "b", "c"});
  CHECK(source.changed_by({}).empty());
  CHECK(source.changed_by({{"b/w.yaml", test::worker_with("b", "main: i.js, logpush: true")}}) == Names{"b"});
  CHECK(source.changed_by({{"c/i.js", "2"}}) == Names{"c"});
  CHECK(source.changed_by({{"a/w.yaml", ""}, {"d/i.js", "1"}, {"d/w.yaml", test::worker_with("d", "main: i.js")}}) ==
        Names{"a", "d"});
  CHECK(source.changed_by({{"e.txt", "nobody's"}}).empty());
  CHECK(source.changed_by({{"b/w.yaml", test::worker_with("bb", "main: i.js")}}) == Names{"b", "bb"});
  CHECK(source.changed_by({{"c/w.yaml", "kind: Worker\n"}}) == Names{"c"});
}

TEST_CASE("a Worker whose static assets changed is named") {
  Source source;
  const std::string assets = "main: i.js, assets: {directory: public}";
  source.changed_by({{"a/w.yaml", test::worker_with("a", assets)},
                     {"a/i.js", "1"},
                     {"a/public/index.html", "1"},
                     {"b/w.yaml", test::worker_with("b", assets)},
                     {"b/i.js", "1"},
                     {"b/public/index.html", "1"}});
  CHECK(source.changed_by({{"b/other.txt", "x"}}).empty());
  CHECK(source.changed_by({{"a/public/index.html", "2"}}) == Names{"a"});
  CHECK(source.changed_by({{"b/public/new.html", "2"}}) == Names{"b"});
  CHECK(source.changed_by({{"b/public/_headers", "/*\n  A: b\n"}}) == Names{"b"});
  CHECK(source.changed_by({{"b/public/new.html", ""}}) == Names{"b"});
}

TEST_CASE("whatever is above a Worker and changes it names it") {
  Source source;
  source.changed_by({{"a/w.yaml", test::worker_with("a", "main: ../i.js")},
                     {"b/w.yaml", test::worker_with("b", "main: ../i.js")},
                     {"i.js", "1"}});
  const std::string defaults = "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {logpush: true}\n";
  CHECK(source.changed_by({{"a/defaults.yaml", defaults}}) == Names{"a"});
  CHECK(source.changed_by({{"i.js", "2"}}) == Names{"a", "b"});
  CHECK(source.changed_by({{".plumblineignore", "b/\n"}}) == Names{"b"});
}

TEST_CASE("of a folder, of which nothing is shared, every Worker is named") {
  const Files files{{"w.yaml", test::worker_with("w", "main: i.js")}, {"i.js", "1"}};
  CHECK(changed_workers(test::load(files), test::load(files)) == Names{"w"});
}

}  // namespace
}  // namespace plumbline::manifests
