#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "base/time_point.h"

/// /api/v1/status for a person. Pure.
namespace plumbline::daemon {

struct StatusLayout {
  enum class Detail {
    lines,  ///< one line a source, and what is wrong of its Workers
    wide,   ///< with the account, times and every Worker
  };
  Detail detail = Detail::lines;
  std::size_t width = 0;  ///< of the terminal, in columns; 0: lines are as long as they are
};

/// One line a source, those with a problem first, then what is wrong with single Workers and how to mend it.
std::string status_text(const Json& status, const StatusLayout& layout, TimePoint now);

/// Whether every source is ready, compared, and without blocks.
bool is_all_well(const Json& status);

/// `12s`, `5m`, `3h`, `2d` since then; `-` for what is no time.
std::string age_of(std::string_view time, TimePoint now);

/// Cut to at most `width` characters, the last of which is then `…`; 0: not cut.
std::string cut_to(std::string text, std::size_t width);

}  // namespace plumbline::daemon
