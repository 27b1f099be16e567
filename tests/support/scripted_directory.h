#pragma once

#include <lber.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace connector::test {

/// An LDAP server on loopback that answers as a test says: for what no real server at hand does. It takes one
/// connection after the other and lets everybody bind unless told otherwise.
class ScriptedDirectory {
 public:
  struct Search {
    int id = 0;
    std::string base;
    int size_limit = 0;
    std::vector<std::string> attributes = {};
    std::optional<std::string> cookie = {};  ///< of the paged-results control
    bool critical = false;                   ///< that control
  };

  using Attributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

  /// What a test answers with.
  class Answer {
   public:
    explicit Answer(Sockbuf* socket) : socket_(socket) {}
    void entry(int id, const std::string& dn, const Attributes& attributes);
    void reference(int id, const std::string& url);
    /// cookie: adds a paged-results control.
    void done(int id, int code = 0, const std::optional<std::string>& cookie = std::nullopt);
    /// With a paged-results control that has no value.
    void done_with_bare_paging(int id);
    /// Hangs up.
    void close() { open_ = false; }
    bool open() const { return open_; }

   private:
    void send(BerElement* ber);

    Sockbuf* socket_;
    bool open_ = true;
  };

  /// Called with each search, on the server's thread.
  using Script = std::function<void(const Search&, Answer&)>;

  /// bind_code: the result of every bind.
  explicit ScriptedDirectory(Script script, int bind_code = 0);
  ~ScriptedDirectory();
  ScriptedDirectory(const ScriptedDirectory&) = delete;
  ScriptedDirectory& operator=(const ScriptedDirectory&) = delete;

  const std::string& url() const { return url_; }
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Script script_;
  int bind_code_;
  int listener_ = -1;
  std::string url_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> client_ = -1;
  std::thread thread_;
};

}  // namespace connector::test
