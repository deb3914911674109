#pragma once

#include <map>
#include <string>
#include <string_view>

namespace plumbline::testing {

/// What a Prometheus server would read: the sample's name with its labels, as they stand, to its value.
using Metrics = std::map<std::string, double, std::less<>>;

/// Reads the text format 0.0.4. Throws std::runtime_error at a line that is none of it, at a sample that occurs twice
/// and at a sample whose family was not announced by a TYPE line.
Metrics parse_metrics(std::string_view exposition);

/// The sum over all samples of `name` whose labels hold every `key="value"` of `labels`.
double sum_of(const Metrics& metrics, std::string_view name, const std::map<std::string, std::string>& labels = {});

}  // namespace plumbline::testing
