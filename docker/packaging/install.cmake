# What `make install` and the packages put where. Components: program, manual, completion, configuration, service.
include(GNUInstallDirs)
set(CONNECTOR_ETC /etc/connector CACHE PATH "Where the services' configuration is")
set(CONNECTOR_SHARE ${CMAKE_INSTALL_FULL_DATADIR}/connector)
set(here ${CMAKE_SOURCE_DIR}/docker/packaging)
set(made ${CMAKE_BINARY_DIR}/packaging)

install(TARGETS connector RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
# The name under which administrators know the program that stores secrets.
add_custom_command(TARGET connector POST_BUILD
                   COMMAND ${CMAKE_COMMAND} -E create_symlink connector ${CMAKE_BINARY_DIR}/strongbox)
install(FILES ${CMAKE_BINARY_DIR}/strongbox DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

# Debian wants its manual pages and change logs compressed, without a time: two builds are equal.
find_program(GZIP gzip REQUIRED)
function(install_compressed file folder name component)
  set(packed ${made}/${name}.gz)
  execute_process(COMMAND ${GZIP} -9nc ${file} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  install(FILES ${packed} DESTINATION ${folder} COMPONENT ${component})
endfunction()
file(MAKE_DIRECTORY ${made})
install_compressed(${CMAKE_SOURCE_DIR}/docs/connector.1 ${CMAKE_INSTALL_MANDIR}/man1 connector.1 manual)
file(WRITE ${made}/strongbox.1 ".so man1/connector.1\n")
install_compressed(${made}/strongbox.1 ${CMAKE_INSTALL_MANDIR}/man1 strongbox.1 manual)
install_compressed(${CMAKE_SOURCE_DIR}/docs/changelog.md ${CMAKE_INSTALL_DOCDIR} changelog manual)
configure_file(${here}/deb/changelog.in ${made}/changelog.Debian @ONLY)
install_compressed(${made}/changelog.Debian ${CMAKE_INSTALL_DOCDIR} changelog.Debian manual)
install(FILES ${here}/deb/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT manual)

install(FILES ${here}/completion/connector DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        COMPONENT completion)
install(FILES ${here}/completion/_connector DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions
        COMPONENT completion)
install(FILES ${here}/completion/connector.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
        COMPONENT completion)

# A configuration that is there already is the administrator's.
function(install_configuration file)
  cmake_path(GET file FILENAME name)
  install(CODE "
    set(target \"\$ENV{DESTDIR}${CONNECTOR_ETC}/${name}\")
    if(EXISTS \${target})
      message(STATUS \"Kept: \${target}\")
    else()
      file(INSTALL DESTINATION \"${CONNECTOR_ETC}\" TYPE FILE PERMISSIONS ${ARGN} FILES \"${file}\")
    endif()" COMPONENT configuration)
endfunction()
configure_file(${here}/config.ini ${made}/config.ini @ONLY)
install_configuration(${made}/config.ini OWNER_READ OWNER_WRITE GROUP_READ)
install_configuration(${here}/environment OWNER_READ OWNER_WRITE GROUP_READ)
install_configuration(${here}/logging.json OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES config/demo/assets.csv config/config.ini config/example.env config/logging.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/connector COMPONENT configuration)

file(READ ${here}/systemd/hardening.conf CONNECTOR_HARDENING)
file(READ ${here}/systemd/common.in common)
string(CONFIGURE "${common}" CONNECTOR_SERVICE_COMMON @ONLY)
foreach(unit connector.service connector-server.service connector@.service)
  configure_file(${here}/systemd/${unit}.in ${made}/${unit} @ONLY)
endforeach()
install(FILES ${made}/connector.service ${made}/connector-server.service ${made}/connector@.service
        ${here}/systemd/connector@.timer DESTINATION lib/systemd/system COMPONENT service)
install(FILES ${here}/sysusers.conf DESTINATION lib/sysusers.d RENAME connector.conf COMPONENT service)
install(FILES ${here}/logrotate.conf DESTINATION /etc/logrotate.d RENAME connector COMPONENT service)
