# The command: its sources, and the starter project compiled into it.

# starter_data.h: the files of cli/starter as bytes (C17 has no #embed).
set(starter_files index.yaml framework.csv data.csv README.md)
set(starter_text "/* Made from cli/starter by the build. */\n#ifndef CSI_STARTER_DATA_H\n#define CSI_STARTER_DATA_H\n\n\
#include <stddef.h>\n\n\
typedef struct csi_starter_file {\n    const char *name;\n    const unsigned char *bytes;\n    size_t n_bytes;\n} csi_starter_file;\n\n")
set(starter_rows "")
set(starter_index 0)
foreach(name IN LISTS starter_files)
  set(path "${CMAKE_CURRENT_SOURCE_DIR}/cli/starter/${name}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND starter_text "static const unsigned char csi_starter_${starter_index}[] = {${bytes}};\n")
  string(APPEND starter_rows "    {\"${name}\", csi_starter_${starter_index}, sizeof csi_starter_${starter_index}},\n")
  math(EXPR starter_index "${starter_index} + 1")
endforeach()
string(APPEND starter_text "\nstatic const csi_starter_file csi_starter[] = {\n${starter_rows}};\n\
static const size_t csi_starter_count = ${starter_index};\n\n#endif\n")
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/generated/starter_data.h" CONTENT "${starter_text}" @ONLY)

add_executable(csindex ${cli_sources})
target_link_libraries(csindex PRIVATE libcsindex csindex_flags csindex_link_flags)

# The same command over MPI: this one with -DCSINDEX_MPI=ON, else one that the tests build when MPI is there.
function(add_mpi target)
  target_link_libraries(${target} PRIVATE MPI::MPI_C)
  target_compile_definitions(${target} PRIVATE CSINDEX_MPI)
endfunction()

if(CSINDEX_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
  add_mpi(csindex)
elseif(CSINDEX_TESTS AND NOT CSINDEX_SANITIZE)
  find_package(MPI QUIET COMPONENTS C)
  if(MPI_C_FOUND)
    add_executable(csindex-mpi EXCLUDE_FROM_ALL ${cli_sources})
    target_link_libraries(csindex-mpi PRIVATE libcsindex csindex_flags csindex_link_flags)
    add_mpi(csindex-mpi)
  endif()
endif()
