#pragma once

namespace plumbline::testing {

/// Whether this is built with UndefinedBehaviorSanitizer. To look at the type of an object it opens a pipe, so that
/// with no descriptor left every object is of a wrong one: tests that take them all are skipped.
#if __has_feature(undefined_behavior_sanitizer)
inline constexpr bool kNeedsDescriptors = true;
#else
inline constexpr bool kNeedsDescriptors = false;
#endif

/// Whether this is built with any sanitizer: it is slower by far then, and its memory says nothing.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(undefined_behavior_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace plumbline::testing
