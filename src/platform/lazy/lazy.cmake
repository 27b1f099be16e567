# link_lazily(TARGET LIBRARY FILE [VARIABLES NAME...]): TARGET calls the C functions of the shared library FILE through
# stubs of a few instructions, which load it when the first of them is called: what a configuration does not use costs
# nothing at the start, and need not be installed. (Windows linkers have this built in: /DELAYLOAD.) Of its variables
# those that are named can be used once a function was called: they live in the program, as they do where a program is
# linked with a library (copy relocations), and are filled when the library is loaded. On processors for which there are
# no stubs here the library is linked as usual. Sets LIBRARY_FILE, its name for the loader, and LIBRARY_PACKAGE, the
# Debian package that it is of.
option(CONNECTOR_LAZY_LIBRARIES "Load libcurl, OpenSSL, libldap, unixODBC, SQLite, libseccomp, libsecret and Python when they are first used" ON)

add_library(lazy_library STATIC src/platform/lazy/lazy_library_posix.cpp)
target_include_directories(lazy_library PRIVATE src)
target_link_libraries(lazy_library PRIVATE ${CMAKE_DL_LIBS})

# The lines that reserve room for the variables, and the list of them that the library is filled from.
function(lazy_variables output file)
  execute_process(COMMAND ${CMAKE_NM} -D -S --defined-only ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  set(lines "")
  foreach(name IN LISTS ARGN)
    if(NOT symbols MATCHES "[0-9a-f]+ ([0-9a-f]+) [BDRV] ${name}(@|\n)")
      message(FATAL_ERROR "${file} has no variable ${name}")
    endif()
    string(APPEND lines "variable ${name}, 0x${CMAKE_MATCH_1}\n")
  endforeach()
  set(${output} "${lines}" PARENT_SCOPE)
endfunction()

function(link_lazily target library file)
  cmake_parse_arguments(PARSE_ARGV 3 LAZY "" "" VARIABLES)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "SONAME +([^\n ]+)" soname "${headers}")
  set(LAZY_SONAME ${CMAKE_MATCH_1})
  file(REAL_PATH ${file} real_file)
  execute_process(COMMAND dpkg-query -S ${real_file} OUTPUT_VARIABLE owner ERROR_QUIET)
  string(REGEX MATCH "^[a-z0-9.+-]+" package "${owner}")
  set(${library}_FILE ${LAZY_SONAME} PARENT_SCOPE)
  set(${library}_PACKAGE ${package} PARENT_SCOPE)
  if(NOT CONNECTOR_LAZY_LIBRARIES OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_link_libraries(${target} PUBLIC ${file})
    return()
  endif()
  execute_process(COMMAND ${CMAKE_NM} -D --defined-only ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [TWi] [A-Za-z_][A-Za-z0-9_]*" symbols "${symbols}")
  list(TRANSFORM symbols REPLACE "^.* " "lazy ")
  list(REMOVE_DUPLICATES symbols)
  list(JOIN symbols "\n" LAZY_FUNCTIONS)
  lazy_variables(LAZY_VARIABLES ${file} ${LAZY_VARIABLES})
  set(source ${CMAKE_BINARY_DIR}/lazy/${library}.S)
  configure_file(${CMAKE_SOURCE_DIR}/src/platform/lazy/stubs_x86_64.S.in ${source} @ONLY)
  add_library(lazy_${library} STATIC ${source})
  target_link_libraries(lazy_${library} PUBLIC lazy_library)
  if(LAZY_VARIABLES)  # the library, and those that it loads, must find the program's variables in place of its own
    string(REGEX REPLACE "variable ([A-Za-z0-9_]+), [^\n]*\n" "\\1;\n" exported "${LAZY_VARIABLES}")
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/lazy/${library}.list CONTENT "{\n@exported@};\n" @ONLY)
    target_link_options(lazy_${library} INTERFACE LINKER:--dynamic-list=${CMAKE_BINARY_DIR}/lazy/${library}.list)
  endif()
  target_link_libraries(${target} PUBLIC lazy_${library})
endfunction()
