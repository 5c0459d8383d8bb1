# Compiler flags, kept on two interface targets so that they never leak to users of the library.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

option(CSINDEX_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

add_library(csindex_flags INTERFACE)
# The same result with either compiler and at any optimisation: no contraction, no reassociation. Nothing reads errno
# after a mathematical function or traps on one, so that loops with a square root can be vectorised. Paths stay out.
# The sanitized suite runs at -O1: at -O0 it takes more than twice as long. Its reports need lines alone (-g1).
target_compile_options(csindex_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -ffp-contract=off -fno-math-errno -fno-trapping-math -fno-semantic-interposition
  "-ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=."
  "-ffile-prefix-map=${CMAKE_CURRENT_BINARY_DIR}=build"
  $<$<NOT:$<BOOL:${CSINDEX_SANITIZE}>>:-fstack-protector-strong;-fstack-clash-protection;-fcf-protection>
  $<$<BOOL:${CSINDEX_SANITIZE}>:-fsanitize=address,undefined;-fno-sanitize-recover=all;-fno-omit-frame-pointer;-g1>
  $<$<AND:$<CONFIG:Debug>,$<BOOL:${CSINDEX_SANITIZE}>>:-O1>
  $<$<BOOL:${CSINDEX_FUZZ}>:-fsanitize=fuzzer-no-link>)
target_compile_definitions(csindex_flags INTERFACE _GNU_SOURCE HAVE_INLINE GSL_RANGE_CHECK_OFF
  $<$<AND:$<CONFIG:Release>,$<NOT:$<BOOL:${CSINDEX_SANITIZE}>>>:_FORTIFY_SOURCE=3>
  CSINDEX_VERSION="${PROJECT_VERSION}")

add_library(csindex_link_flags INTERFACE)
target_link_options(csindex_link_flags INTERFACE
  -Wl,-z,relro,-z,now,-z,noexecstack
  $<$<BOOL:${CSINDEX_SANITIZE}>:-fsanitize=address,undefined>)
