# What `cmake --install` places: the command, both libraries, headers, pkg-config file, CMake package, datasets.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/csindex)

install(TARGETS libcsindex libcsindex_shared EXPORT csindexTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
if(TARGET csindex)
  install(TARGETS csindex RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)

  # The manual and the completions are the command's own account of itself.
  function(install_generated kind name destination)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/generated/${kind}/${name})
    string(REGEX REPLACE "[.]gz$" "" plain ${made})
    set(pack "")
    if(NOT plain STREQUAL made)
      set(pack COMMAND gzip -9nf ${plain})
    endif()
    add_custom_command(OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/generated/${kind}
      COMMAND csindex generate ${kind} > ${plain}
      ${pack}
      DEPENDS csindex VERBATIM)
    add_custom_target(csindex_${kind} ALL DEPENDS ${made})
    install(FILES ${made} DESTINATION ${destination} COMPONENT command)
  endfunction()
  install_generated(man csindex.1.gz ${CMAKE_INSTALL_MANDIR}/man1)
  install_generated(bash csindex ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install_generated(zsh _csindex ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install_generated(fish csindex.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# Headers name each other from the root of the tree, so they keep it: -I<prefix>/include/csindex.
foreach(room core ingest metrics index notebooks-export)
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${room}/*.h")
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/csindex/${room} COMPONENT development)
endforeach()

file(RELATIVE_PATH pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/csindex.pc.in ${CMAKE_CURRENT_BINARY_DIR}/csindex.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/csindex.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

install(EXPORT csindexTargets NAMESPACE csindex:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(cmake/csindex-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/csindex-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/csindex-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/csindex-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/csindex-config-version.cmake
  DESTINATION ${package_dir} COMPONENT development)

install(DIRECTORY datasets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/csindex COMPONENT command)

include(cmake/package.cmake)
