# `cmake --install BUILD --strip [--prefix DIR]`: the program, what one needs to run it, and what one may read about it.
include(GNUInstallDirs)

install(TARGETS plumbline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md LICENSE CHANGELOG.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(
  DIRECTORY docs
  DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING
  PATTERN "*.md")
install(
  DIRECTORY manifests/examples
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/manifests)

# The unit names the program and its documentation where they were installed, which is known no earlier.
install(
  CODE "
  file(READ \"${PROJECT_SOURCE_DIR}/deploy/systemd/plumbline.service\" unit)
  string(REPLACE \"/usr/share/doc/plumbline\" \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\" unit \"\${unit}\")
  string(REPLACE \"/usr/bin/\" \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/\" unit \"\${unit}\")
  file(WRITE \"${PROJECT_BINARY_DIR}/plumbline.service\" \"\${unit}\")")
install(FILES ${PROJECT_BINARY_DIR}/plumbline.service DESTINATION lib/systemd/system)
# An example beside the documentation: nothing of a machine's own configuration is overwritten.
install(FILES deploy/systemd/plumbline.yaml deploy/systemd/notify-reload.conf DESTINATION ${CMAKE_INSTALL_DOCDIR})
