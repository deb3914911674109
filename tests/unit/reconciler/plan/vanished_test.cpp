#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "manifests/worker.h"
#include "reconciler/plan/gates.h"

// A manifest that ceases to be one, by whichever way, is no sign that somebody wants its Worker gone.
namespace plumbline::reconciler {
namespace {

namespace fs = std::filesystem;

class Source {
 public:
  Source() : folder_(fs::temp_directory_path() / ("plumbline-vanished-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("i.js", "export default {}");
    write("other.yaml", worker("other"));
    write("w.yaml", worker("w"));
  }
  ~Source() { fs::remove_all(folder_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  static std::string worker(const std::string& name) {
    return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + name + "}\nspec: {main: i.js}\n";
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_ / name; }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

  // Why the delete of `w`, whose manifest was `file`, is held back; empty if it is not.
  [[nodiscard]] std::string why_kept(const std::string& file) const {
    const std::shared_ptr<const manifests::SourceTree> tree = manifests::open_folder(folder_.string()).value();
    const auto desired = manifests::load_manifests(tree, {});
    auto live = std::make_shared<LiveWorker>();
    live->name = "w";
    live->memory = std::make_shared<const Observation>(Observation{.file = file});
    live->settings = Known<JsonObject>::known({});
    Plan plan;
    plan.complete = true;
    plan.workers.push_back({.name = "w", .action = Action::remove, .live = live});
    gate_deletes(plan, desired, Policy());
    const auto& block = plan.workers.front().block;
    return block ? std::string(to_string(block->reason)) + ": " + block->message : std::string();
  }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("a manifest that is gone, or replaced by another one, lets its Worker go") {
  const Source source;
  fs::remove(source.path("w.yaml"));
  CHECK(source.why_kept("w.yaml").empty());
  CHECK(source.why_kept("").empty());
  source.write("w.yaml", Source::worker("new"));
  CHECK(source.why_kept("w.yaml").empty());
}

TEST_CASE("a manifest that is there and is not read keeps its Worker, whatever the way") {
  const std::string wide("\xff\xfe\x6b\0\x69\0\x6e\0\x64\0", 10);
  const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  for (const auto& [what, happen] : std::vector<std::pair<std::string, std::function<void(const Source&)>>>{
           {"emptied", [](const Source& s) { s.write("w.yaml", ""); }},
           {"of another kind", [](const Source& s) { s.write("w.yaml", "apiVersion: v1\nkind: Pod\n"); }},
           {"commented out", [](const Source& s) { s.write("w.yaml", "# kind: Worker\n# metadata: {name: w}\n"); }},
           {"left out", [](const Source& s) { s.write(".plumblineignore", "w.yaml\n"); }},
           {"in another encoding", [&](const Source& s) { s.write("w.yaml", wide); }},
           {"a pointer", [&](const Source& s) { s.write("w.yaml", lfs); }},
           {"a link",
            [](const Source& s) {
              fs::remove(s.path("w.yaml"));
              fs::create_symlink("/elsewhere.yaml", s.path("w.yaml"));
            }},
           {"a folder",
            [](const Source& s) {
              fs::remove(s.path("w.yaml"));
              s.write("w.yaml/readme.md", "x");
            }},
           {"put away", [](const Source& s) { fs::rename(s.path("w.yaml"), s.path("w.yaml.off")); }},
           {"moved to what is left out",
            [](const Source& s) {
              s.write(".plumblineignore", "old/\n");
              s.write("old/w.yaml", Source::worker("w"));
              fs::remove(s.path("w.yaml"));
            }},
           {"a comment beside another manifest",
            [](const Source& s) { s.write("w.yaml", Source::worker("new") + "# metadata: {name: w}\n"); }}}) {
    CAPTURE(what);
    const Source source;
    happen(source);
    CHECK(source.why_kept("w.yaml").starts_with("ManifestVanished: "));
  }
}

TEST_CASE("a folder of manifests that becomes a link keeps all that lay in it") {
  const Source source;
  fs::remove(source.path("w.yaml"));
  fs::create_symlink("/elsewhere", source.path("workers"));
  CHECK(source.why_kept("workers/w.yaml") ==
        "ManifestVanished: its manifest workers/w.yaml is not read any more: \"workers\" is a symbolic link, which is "
        "never followed");
}

TEST_CASE("a link out of the source that may be a manifest keeps every Worker, whoever remembers what") {
  for (const std::string file : {"", "gone.yaml"}) {
    CAPTURE(file);
    const Source source;
    fs::remove(source.path("w.yaml"));
    CHECK(source.why_kept(file).empty());
    fs::create_symlink("other.yaml", source.path("same.yaml"));
    fs::create_symlink("/elsewhere.md", source.path("CLAUDE.md"));
    CHECK(source.why_kept(file).empty());
    fs::create_symlink("/elsewhere.yaml", source.path("moved.yaml"));
    CHECK(source.why_kept(file) ==
          "SourceIncomplete: \"moved.yaml\" is a symbolic link, which is never followed, and a manifest may be behind "
          "it. Nothing is deleted until the whole source can be read");
    source.write(".plumblineignore", "/moved.yaml\n");
    CHECK(source.why_kept(file).empty());
  }
}

TEST_CASE("where nobody remembers the manifest, a name that stands in a file which is not read counts") {
  const Source source;
  fs::rename(source.path("w.yaml"), source.path("w.bak"));
  CHECK(source.why_kept("") == "ManifestVanished: its name is in w.bak, which is not read as a manifest");
}

}  // namespace plumbline::reconciler
