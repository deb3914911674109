#include "manifests/sources/paths.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace plumbline::manifests {
namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += '/';
    out += name;
  }
  return out;
}

std::optional<std::string> form_problem(std::string_view text) {
  if (text.empty()) return "the path is empty";
  if (text.starts_with('/')) return "the path must be relative to this file";
  if (text.find("://") != std::string_view::npos) return "the path may not be a URL";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U; };
  if (std::ranges::any_of(text, is_control)) return "the path holds a control character";
  return std::nullopt;
}

std::vector<std::string_view> names_of_folder(std::string_view folder) {
  return folder.empty() ? std::vector<std::string_view>{} : split(folder, '/');
}

// Goes one name further along the path.
Result<void> step(std::vector<std::string_view>& names, std::string_view name) {
  if (name.empty() || name == ".") return {};
  if (name != "..") {
    names.push_back(name);
    return {};
  }
  if (names.empty()) return fail("the path leaves the source");
  names.pop_back();
  return {};
}

}  // namespace

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view extension(std::string_view path) {
  const auto name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

Result<std::string> resolve_path(std::string_view folder, std::string_view relative) {
  if (const auto problem = form_problem(relative)) return fail(*problem);
  if (relative.find('\\') != std::string_view::npos) return fail("the path holds a backslash");
  auto names = names_of_folder(folder);
  for (const std::string_view name : split(relative, '/')) {
    if (auto stepped = step(names, name); !stepped) return std::unexpected(stepped.error());
  }
  if (names.empty() || relative.ends_with('/')) return fail("the path is a folder");
  return joined(names);
}

Result<std::string> resolve_folder(std::string_view folder, std::string_view relative) {
  if (const auto problem = form_problem(relative)) return fail(*problem);
  // Any file name serves to find the folder.
  auto file = resolve_path(folder, std::string(relative) + "/_");
  if (!file) return file;
  return std::string(folder_of(*file));
}

Result<LocatedGlob> resolve_glob(std::string_view folder, std::string_view pattern) {
  if (const auto problem = form_problem(pattern)) return fail(*problem);
  const auto parts = split(pattern, '/');
  const auto wild = std::ranges::find_if(parts, is_glob);
  if (wild == parts.end()) {
    auto path = resolve_path(folder, pattern);
    if (!path) return std::unexpected(path.error());
    return LocatedGlob{*std::move(path), std::nullopt};
  }
  auto names = names_of_folder(folder);
  for (auto part = parts.begin(); part != wild; ++part) {
    if (auto stepped = step(names, *part); !stepped) return std::unexpected(stepped.error());
  }
  if (std::find(wild, parts.end(), "..") != parts.end()) {
    return fail(".. may not follow a wildcard");
  }
  std::string prefix = joined(names);
  if (!prefix.empty()) prefix += '/';
  std::vector<std::string_view> rest(wild, parts.end());
  std::erase_if(rest, [](std::string_view part) { return part.empty() || part == "."; });
  return LocatedGlob{std::move(prefix), joined(rest)};
}

std::optional<std::string> relative_to(std::string_view folder, std::string_view path) {
  if (folder.empty()) return std::string(path);
  if (!path.starts_with(folder) || path.substr(folder.size(), 1) != "/") return std::nullopt;
  return std::string(path.substr(folder.size() + 1));
}

}  // namespace plumbline::manifests
