# The country tables: datasets/countr*.csv and Debian's iso-codes, turned into C by a small program of our own.
find_file(ISO_CODES_JSON iso_3166-1.json PATHS /usr/share/iso-codes/json /usr/local/share/iso-codes/json REQUIRED)
cmake_path(GET ISO_CODES_JSON PARENT_PATH iso_codes_locales)
cmake_path(APPEND iso_codes_locales "../../locale" OUTPUT_VARIABLE iso_codes_locales)
cmake_path(NORMAL_PATH iso_codes_locales)

add_executable(country_tables cmake/country_tables.c cmake/country_words.c cmake/country_names.c cmake/country_write.c
  cmake/country_sources.c cmake/country_french.c ingest/country_fold.c ingest/country_key.c)
target_include_directories(country_tables PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_compile_definitions(country_tables PRIVATE _GNU_SOURCE)
target_compile_options(country_tables PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

set(country_table_sources datasets/countries.csv datasets/country_names.csv datasets/country_words.csv
  datasets/country_french.csv)
list(TRANSFORM country_table_sources PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
set(generated_countries "${CMAKE_CURRENT_BINARY_DIR}/generated/country_tables.c")
file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/generated")
add_custom_command(
  OUTPUT "${generated_countries}"
  BYPRODUCTS "${CMAKE_CURRENT_BINARY_DIR}/generated/country_collisions.tsv"
  COMMAND country_tables "${generated_countries}" "${CMAKE_CURRENT_BINARY_DIR}/generated/country_collisions.tsv"
          ${country_table_sources} "${ISO_CODES_JSON}" "${iso_codes_locales}"
  DEPENDS country_tables ${country_table_sources} "${ISO_CODES_JSON}"
  COMMENT "Country tables"
  VERBATIM)
list(APPEND generated_sources "${generated_countries}")
