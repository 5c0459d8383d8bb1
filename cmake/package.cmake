# `cpack -G DEB` makes three Debian packages: the command with its manual, completions and datasets; the shared library;
# and what a program is built with.
set(CPACK_PACKAGE_NAME csindex)
set(CPACK_PACKAGE_VENDOR "csindex")
set(CPACK_PACKAGE_CONTACT "The csindex authors <csindex@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "cyberspace stability index from indicator files")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL command library development)

set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME csindex)
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS "librsvg2-2, libxlsxwriter4") # loaded when wanted, so that no tool sees them
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libcsindex0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${CMAKE_CURRENT_SOURCE_DIR}/packaging/triggers")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcsindex-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(development_depends "libcsindex0 (= ${PROJECT_VERSION}), libgsl-dev, libyaml-dev, nettle-dev, zlib1g-dev, libcsv-dev, libglpk-dev")
foreach(pair SQLITE_FOUND:libsqlite3-dev readstat_found:libreadstat-dev)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 found)
  list(GET pair 1 package)
  if(${found})
    string(APPEND development_depends ", ${package}")
  endif()
endforeach()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${development_depends}")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
"Computes composite indices of countries from indicator files: yearly scores,
every number explained, every rank with its interval. Comes with an index of
the stability of cyberspace, on real data.")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
"Shared library of csindex, which computes composite indices of countries
from indicator files.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"Headers, static library, pkg-config file and CMake package of csindex, which
computes composite indices of countries from indicator files.")

# Debian wants a changelog and a copyright file with every package.
file(READ "${CMAKE_CURRENT_SOURCE_DIR}/packaging/changelog.in" changelog)
string(CONFIGURE "${changelog}" changelog @ONLY)
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog" "${changelog}")
execute_process(
  COMMAND gzip -9n -c "${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog"
  OUTPUT_FILE "${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog.gz")
foreach(pair command:csindex library:libcsindex0 development:libcsindex-dev)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  install(FILES packaging/copyright "${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog.gz"
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
install(FILES packaging/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT library
  RENAME libcsindex0)

include(CPack)
