# link_lazily(TARGET LIBRARY FILE): TARGET calls the C functions of the shared library FILE through stubs of a few
# instructions, which load it when the first of them is called: what a configuration does not use costs nothing at the
# start. (Windows linkers have this built in: /DELAYLOAD.) Only functions have stubs, no variables. On processors for
# which there are no stubs here the library is linked as usual.
option(CONNECTOR_LAZY_LIBRARIES "Load libcurl, OpenSSL, libldap, unixODBC, SQLite, libseccomp and libsecret when they are first used" ON)

add_library(lazy_library STATIC src/platform/lazy/lazy_library_posix.cpp)
target_include_directories(lazy_library PRIVATE src)
target_link_libraries(lazy_library PRIVATE ${CMAKE_DL_LIBS})

function(link_lazily target library file)
  if(NOT CONNECTOR_LAZY_LIBRARIES OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_link_libraries(${target} PUBLIC ${file})
    return()
  endif()
  execute_process(COMMAND ${CMAKE_NM} -D --defined-only ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [TWi] [A-Za-z_][A-Za-z0-9_]*" symbols "${symbols}")
  list(TRANSFORM symbols REPLACE "^.* " "lazy ")
  list(REMOVE_DUPLICATES symbols)
  list(JOIN symbols "\n" LAZY_FUNCTIONS)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "SONAME +([^\n ]+)" soname "${headers}")
  set(LAZY_SONAME ${CMAKE_MATCH_1})
  set(source ${CMAKE_BINARY_DIR}/lazy/${library}.S)
  configure_file(${CMAKE_SOURCE_DIR}/src/platform/lazy/stubs_x86_64.S.in ${source} @ONLY)
  add_library(lazy_${library} STATIC ${source})
  target_link_libraries(lazy_${library} PUBLIC lazy_library)
  target_link_libraries(${target} PUBLIC lazy_${library})
endfunction()
