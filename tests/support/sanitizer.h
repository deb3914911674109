#pragma once

namespace plumbline::testing {

/// Whether this is built with UndefinedBehaviorSanitizer. To look at the type of an object it opens a pipe, so that
/// with no descriptor left every object is of a wrong one: tests that take them all are skipped.
#if __has_feature(undefined_behavior_sanitizer)
inline constexpr bool kNeedsDescriptors = true;
#else
inline constexpr bool kNeedsDescriptors = false;
#endif

}  // namespace plumbline::testing
