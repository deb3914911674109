#include "tests/support/files.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace plumbline::testing {

namespace fs = std::filesystem;

void write_file(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace_in_file(const fs::path& file, std::string_view before, std::string_view after) {
  std::string text = read_file(file);
  const auto at = text.find(before);
  if (at == std::string::npos || text.find(before, at + 1) != std::string::npos) {
    throw std::runtime_error(file.string() + " does not hold exactly one `" + std::string(before) + "`");
  }
  write_file(file, text.replace(at, before.size(), after));
}

}  // namespace plumbline::testing
