#pragma once

#include <filesystem>
#include <string>

namespace connector {

/// A private PostgreSQL server with a database "cm_dct", reached through a Unix socket; gone with its owner. Passwords
/// are checked. It runs as the user postgres when the test runs as root, which PostgreSQL refuses.
class Postgres {
 public:
  /// What is missing on this machine, empty when nothing is.
  static std::string missing();

  /// Throws std::runtime_error when the server does not start.
  Postgres();
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  std::string server() const { return folder_.string(); }  ///< libpq takes a folder for a host
  std::string port() const { return "5432"; }

  /// Runs statements as the superuser. Throws std::runtime_error when one fails.
  void run(const std::string& sql) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace connector
