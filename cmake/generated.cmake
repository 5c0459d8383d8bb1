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

include(cmake/countries.cmake)

# What the results depend on beside the inputs, as one digest; made last, over the other generated sources too.
file(GLOB program_files CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_SOURCE_DIR}/core/*.[ch]" "${CMAKE_CURRENT_SOURCE_DIR}/ingest/*.[ch]"
  "${CMAKE_CURRENT_SOURCE_DIR}/metrics/*.[ch]" "${CMAKE_CURRENT_SOURCE_DIR}/metrics/*.def"
  "${CMAKE_CURRENT_SOURCE_DIR}/index/*.[ch]")
set(program_digest "${CMAKE_CURRENT_BINARY_DIR}/generated/program_digest.c")
add_custom_command(OUTPUT ${program_digest}
  COMMAND ${CMAKE_COMMAND} "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}" "-DGENERATED=${generated_sources}"
    "-DOUT=${program_digest}" -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/program_digest.cmake"
  DEPENDS ${program_files} ${generated_sources} cmake/program_digest.cmake
  VERBATIM)
list(APPEND generated_sources ${program_digest})

# The report page's style and script, and Debian's d3 (libjs-d3); without d3 the page is static.
set(page_folder "${CMAKE_CURRENT_SOURCE_DIR}/notebooks-export/page")
set(page_scripts start ranking map charts tables country raw_values comparison weights events)
list(TRANSFORM page_scripts REPLACE "(.+)" "${page_folder}/\\1.js")
find_file(CSINDEX_D3 d3.min.js PATHS /usr/share/javascript/d3 NO_DEFAULT_PATH)
set(page_assets "${CMAKE_CURRENT_BINARY_DIR}/generated/page_assets.c")
add_custom_command(OUTPUT ${page_assets}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${page_assets} -DCSS=${page_folder}/page.css "-DJS=${page_scripts}"
          "-DD3=$<IF:$<BOOL:${CSINDEX_D3}>,${CSINDEX_D3},>" -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${page_folder}/page.css ${page_scripts} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake
  VERBATIM)
list(APPEND generated_sources ${page_assets})
