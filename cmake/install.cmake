# What `cmake --install` places: the command, both libraries, headers, pkg-config file, CMake package, datasets.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/csindex)

install(TARGETS libcsindex libcsindex_shared EXPORT csindexTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET csindex)
  install(TARGETS csindex RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# Headers name each other from the root of the tree, so they keep it: -I<prefix>/include/csindex.
foreach(room core ingest metrics index)
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.h")
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/csindex/${room})
endforeach()

file(RELATIVE_PATH pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/csindex.pc.in ${CMAKE_CURRENT_BINARY_DIR}/csindex.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/csindex.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(EXPORT csindexTargets NAMESPACE csindex:: DESTINATION ${package_dir})
configure_package_config_file(cmake/csindex-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/csindex-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/csindex-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/csindex-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/csindex-config-version.cmake
  DESTINATION ${package_dir})

install(DIRECTORY datasets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/csindex)
