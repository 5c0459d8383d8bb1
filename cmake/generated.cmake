# Sources made at build time. Each generator appends to generated_sources.
set(generated_sources)

# The table of powers of ten behind core/number, exact to its last bit.
add_executable(generate_powers ${CMAKE_CURRENT_SOURCE_DIR}/cmake/generate_powers.c)
target_link_libraries(generate_powers PRIVATE csindex_flags csindex_link_flags)
target_include_directories(generate_powers PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
set(number_powers "${CMAKE_CURRENT_BINARY_DIR}/generated/number_powers.c")
add_custom_command(OUTPUT ${number_powers}
  COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_CURRENT_BINARY_DIR}/generated"
  COMMAND generate_powers ${number_powers}
  DEPENDS generate_powers
  VERBATIM)
list(APPEND generated_sources ${number_powers})
