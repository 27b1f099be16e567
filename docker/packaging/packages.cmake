# deb and rpm: `make packages-deb`, `make packages-rpm`. What every configuration needs is a dependency, found in the
# program's headers; libraries that are loaded when they are first used are named here.
set(CPACK_PACKAGE_NAME connector)
set(CPACK_PACKAGE_VENDOR "the authors of connector")
set(CPACK_PACKAGE_CONTACT "the authors of connector <maintainers@connector.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "brings assets and people from your systems into Oomnitza")
set(CPACK_PACKAGE_DESCRIPTION "A service behind your firewall that pulls computers, devices, software
and people from directories, device managements, databases and files, maps
them, and delivers them to Oomnitza in batches.")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/docker/packaging/times.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, libc6 (>= 2.36), ${curl_PACKAGE}, ${crypto_PACKAGE}, ${idn_PACKAGE}, ${sqlite_PACKAGE}, ${seccomp_PACKAGE}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "${python_PACKAGE}, python3-jinja2, ${ldap_PACKAGE}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "logrotate, ${odbc_PACKAGE}, tdsodbc, ${libsecret-1_PACKAGE}, gnome-keyring")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
configure_file(docker/packaging/deb/conffiles.in packaging/conffiles @ONLY)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/packaging/conffiles ${CMAKE_SOURCE_DIR}/docker/packaging/deb/postinst
    ${CMAKE_SOURCE_DIR}/docker/packaging/deb/prerm ${CMAKE_SOURCE_DIR}/docker/packaging/deb/postrm)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_PACKAGE_GROUP "Applications/System")
set(CPACK_RPM_PACKAGE_REQUIRES_PRE "shadow-utils")
set(CPACK_RPM_PACKAGE_REQUIRES "ca-certificates, libcurl, openssl-libs, libidn2, sqlite-libs, libseccomp")
set(CPACK_RPM_PACKAGE_SUGGESTS "python3-libs, python3-jinja2, openldap, unixODBC, freetds, libsecret, logrotate")
set(CPACK_RPM_PRE_INSTALL_SCRIPT_FILE ${CMAKE_SOURCE_DIR}/docker/packaging/rpm/pre)
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${CMAKE_SOURCE_DIR}/docker/packaging/rpm/post)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${CMAKE_SOURCE_DIR}/docker/packaging/rpm/preun)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_SOURCE_DIR}/docker/packaging/rpm/postun)
set(CPACK_RPM_USER_FILELIST
    "%config(noreplace) %attr(0640,root,connector) ${CONNECTOR_ETC}/config.ini"
    "%config(noreplace) %attr(0640,root,connector) ${CONNECTOR_ETC}/environment"
    "%config(noreplace) ${CONNECTOR_ETC}/logging.json"
    "%config(noreplace) /etc/logrotate.d/connector")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc /etc/logrotate.d /usr /usr/bin /usr/lib /usr/lib/systemd
    /usr/lib/systemd/system /usr/lib/sysusers.d /lib /lib/systemd /lib/systemd/system /usr/share /usr/share/man
    /usr/share/man/man1 /usr/share/doc /usr/share/bash-completion /usr/share/bash-completion/completions
    /usr/share/zsh /usr/share/zsh/vendor-completions /usr/share/fish /usr/share/fish/vendor_completions.d)
set(CPACK_COMPONENTS_ALL program manual completion configuration service)
include(CPack)
