# What every target of the project shares: warnings, definitions that all translation units must agree on, and
# the one-library-per-folder rule.

add_library(plumbline_options INTERFACE)
target_include_directories(plumbline_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(plumbline_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers
                                                   $<$<BOOL:${PLUMBLINE_WERROR}>:-Werror>)
# Of what is shipped: a return address or a jump that was overwritten, and a stack that grows past its guard page, end
# the process.
set(hardening -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  list(APPEND hardening -fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  list(APPEND hardening -mbranch-protection=standard)
endif()
target_compile_options(plumbline_options INTERFACE "$<$<CONFIG:Release>:${hardening}>")
target_compile_definitions(
  plumbline_options
  INTERFACE # Asio and Beast are compiled once, in net/asio.cpp.
            BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
            $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
target_link_libraries(plumbline_options INTERFACE Threads::Threads)

# plumbline_library(NAME [SMALL] [LINK libraries visible to users...] [PRIVATE libraries of the .cpp files alone...])
# makes plumbline_NAME out of every .cpp of the current folder and of its rooms. SMALL: what is shipped of it is optimised
# for size, a quarter less code, because its time goes by in the network, the disk or the libraries.
function(plumbline_library name)
  cmake_parse_arguments(arg "SMALL" "" "LINK;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  # Of the files that are compiled as one, none may know which room the others stand in: a move makes no new neighbours.
  list(SORT sources COMPARE FILE_BASENAME)
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(plumbline_${name} STATIC ${sources})
  # Tests run it for minutes: they pay a little optimisation back many times. Their own code they run once.
  target_compile_options(plumbline_${name} PRIVATE $<$<CONFIG:Debug>:-O1>)
  if(arg_SMALL)
    target_compile_options(plumbline_${name} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  if(PLUMBLINE_FUZZ)
    target_compile_options(plumbline_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  target_link_libraries(
    plumbline_${name}
    PUBLIC plumbline_options ${arg_LINK}
    PRIVATE ${arg_PRIVATE})
endfunction()
