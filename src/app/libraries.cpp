#include "app/libraries.h"

#include <array>

#include "app/built_with.h"

namespace connector {

std::span<const Library> libraries() {
  static constexpr std::string_view lgpl_or_gpl = "LGPL-3.0-or-later OR GPL-2.0-or-later";
  static constexpr std::array rows = {
      Library{"libcurl", built_with::curl, "curl"},
      Library{"Boost", built_with::boost, "BSL-1.0"},
      Library{"zlib", built_with::zlib, "Zlib"},
      Library{"libidn2", built_with::idn, lgpl_or_gpl},
      Library{"nlohmann-json", built_with::json, "MIT"},
      Library{"simdjson", built_with::simdjson, "Apache-2.0"},
      Library{"inih", built_with::inih, "BSD-3-Clause"},
      Library{"CLI11", built_with::cli11, "BSD-3-Clause"},
      Library{"spdlog", built_with::spdlog, "MIT"},
      Library{"fmt", built_with::fmt, "MIT"},
      Library{"pybind11", built_with::pybind11, "BSD-3-Clause"},
      Library{"Python", built_with::python, "PSF-2.0"},
      Library{"Jinja2", built_with::jinja2, "BSD-3-Clause"},
      Library{"libunistring", built_with::unistring, lgpl_or_gpl},
      Library{"OpenSSL", built_with::openssl, "Apache-2.0"},
      Library{"libseccomp", built_with::seccomp, "LGPL-2.1-only"},
      Library{"libsecret", built_with::secret, "LGPL-2.1-or-later"},
      Library{"GLib", built_with::glib, "LGPL-2.1-or-later"},
      Library{"SQLite", built_with::sqlite, "blessing"},
      Library{"libcsv", built_with::csv, "LGPL-2.1-or-later"},
      Library{"OpenLDAP", built_with::ldap, "OLDAP-2.8"},
      Library{"unixODBC", built_with::odbc, "LGPL-2.1-or-later"},
      Library{"expat", built_with::expat, "MIT"},
      Library{"pugixml", built_with::pugixml, "MIT"},
  };
  return rows;
}

std::span<const Feature> features() {
  static constexpr std::array rows = {
      Feature{"ldap", lazy_libraries::ldap},       Feature{"odbc", lazy_libraries::odbc},
      Feature{"python", lazy_libraries::python},   Feature{"keyring", lazy_libraries::secret},
      Feature{"seccomp", lazy_libraries::seccomp},
  };
  return rows;
}

}  // namespace connector
