# link_lazily(TARGET LIBRARY FILE): TARGET calls the C functions of the shared library FILE through stubs of a few
# instructions, which load it when the first of them is called: what a configuration does not use costs nothing at the
# start. (Windows linkers have this built in: /DELAYLOAD.) Variables have no stubs: where a library's variables are used,
# too, link_lazily_with_variables() makes the references weak, and lazy_data.h binds them. On processors for which there
# are no stubs here libraries are linked as usual. For lazy_libraries (libraries.h.in) LIBRARY_FILE is set, its name for the
# dynamic linker, and LIBRARY_PACKAGE, the Debian package that it is of.
option(CONNECTOR_LAZY_LIBRARIES "Load libraries that only some configurations need when they are first used" ON)

add_library(lazy_library STATIC src/platform/lazy/lazy_library_posix.cpp src/platform/lazy/lazy_data_posix.cpp)
target_include_directories(lazy_library PRIVATE src)
target_link_libraries(lazy_library PRIVATE ${CMAKE_DL_LIBS})

function(link_lazily target library file)
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
    set(LAZY_SONAME "" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_NM} -D --defined-only ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [TWi] [A-Za-z_][A-Za-z0-9_]*" symbols "${symbols}")
  list(TRANSFORM symbols REPLACE "^.* " "lazy ")
  list(REMOVE_DUPLICATES symbols)
  list(JOIN symbols "\n" LAZY_FUNCTIONS)
  set(source ${CMAKE_BINARY_DIR}/lazy/${library}.S)
  configure_file(${CMAKE_SOURCE_DIR}/src/platform/lazy/stubs_x86_64.S.in ${source} @ONLY)
  add_library(lazy_${library} STATIC ${source})
  target_link_libraries(lazy_${library} PUBLIC lazy_library)
  target_link_libraries(${target} PUBLIC lazy_${library})
  set(LAZY_SONAME ${LAZY_SONAME} PARENT_SCOPE)
endfunction()

# The same for a library of which OBJECTS (a target; the same as TARGET if need be) uses variables. OBJECTS gets the
# definition DEFINITION: the name to give to load_with_variables().
function(link_lazily_with_variables target library file objects definition)
  link_lazily(${target} ${library} ${file})
  set(${library}_FILE ${${library}_FILE} PARENT_SCOPE)
  set(${library}_PACKAGE ${${library}_PACKAGE} PARENT_SCOPE)
  target_compile_definitions(${objects} PRIVATE ${definition}="${LAZY_SONAME}")
  if(NOT LAZY_SONAME)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_NM} -D --defined-only ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [BDRV] [A-Za-z_][A-Za-z0-9_]*" symbols "${symbols}")
  list(TRANSFORM symbols REPLACE "^.* " "#pragma weak ")
  list(JOIN symbols "\n" symbols)
  set(header ${CMAKE_BINARY_DIR}/lazy/${library}_variables.h)
  file(CONFIGURE OUTPUT ${header} CONTENT "${symbols}\n" @ONLY)
  # Only position-independent code finds a variable through a slot that can still be filled.
  target_compile_options(${objects} PRIVATE -fPIC -include ${header})
  target_link_options(${target} PUBLIC LINKER:-z,dynamic-undefined-weak)
endfunction()
