#pragma once

#include <chrono>
#include <string>

#include "simulator/cloud.h"
#include "simulator/faults.h"
#include "simulator/http_server.h"

namespace connector::simulator {

/// Oomnitza on the loopback interface: the API that a connector talks to, a control API for tests, and pages that show
/// what arrived.
///
///   GET    /                         HTML: assets, people, managed sync sessions, all sync sessions
///   GET    /simulator/records        {"assets": […], "users": […]}
///   GET    /simulator/portions       [{"id", "connector", "payloads", "records", "created", …, "errors",
///   "fatal_errors",
///                                    "messages": [the first errors' texts], "canceled", "finalized": how often}]
///   GET    /simulator/payloads       {"payloads", "records", "bytes", "refused"}
///   GET    /simulator/table?type=users  the records as plain text (assets without type)
///   PUT    /simulator/mappings/NAME  body: {source: field or [fields]}
///   PUT    /simulator/locations      body: [{…}]
///   POST   /simulator/faults         body: a fault, see parse_fault()
///   POST   /simulator/refuse         body: {"field": …, "value": …}: records with it are refused with 400
///   POST   /simulator/cancel         body: {} or {"portion": …}
///   DELETE /simulator/faults         no more faults
///   DELETE /simulator/records        forgets records, portions, ready portions, refusals, cancellations
///
/// For managed mode (SERVICE: the id of a configuration):
///
///   PUT    /simulator/configurations/SERVICE  body: a configuration; check_managed hands it out once. With ?every=N it
///                                             does so again when N seconds have passed
///   PUT    /simulator/managed-mappings/SERVICE  body: {field: {"type", "value"}}
///   PUT    /simulator/credentials/ID          body: {"name", "secret": {"headers", "params", …}}
///   PUT    /simulator/credentials/aws/session  body: {"secret": {"headers", "params"}}
///   PUT    /simulator/tokens/ID               body: {"token"}: what a token_id stands for; accepted from now on
///   PUT    /simulator/global-variables        body: [{"name", "value"}]
///   PUT    /simulator/files/UID?filename=NAME&creation_date=SECONDS&id=SERVICE  body: the file, for the media
///   storage's
///                                             listing of SERVICE; &type=… instead of reports_connectors
///   GET    /simulator/ready-portions          [{"service", "body"}]
///   GET    /simulator/sessions                the managed sync sessions as plain text
///   GET    /media/UID                         a file: the address that the listing gives
class Simulator {
 public:
  struct Options {
    int port = 0;  ///< 0: a free one
    CloudOptions cloud = {};
    std::chrono::milliseconds latency{0};  ///< before each answer of the API
    std::size_t connections = 64;
    std::string host = "127.0.0.1";  ///< the address to listen on
  };

  Simulator() : Simulator(Options{}) {}
  explicit Simulator(Options options);

  Cloud& cloud() { return cloud_; }
  Faults& faults() { return faults_; }
  int port() const { return server_.port(); }
  std::string url() const { return server_.url(); }

 private:
  Answer answer(const Request& request);
  Answer api(const Request& request);
  Answer control(const Request& request);
  void command(const Request& request);
  void managed_command(const Request& request);

  std::chrono::milliseconds latency_;
  Cloud cloud_;
  Faults faults_;
  HttpServer server_;  // last: its threads use the others
};

}  // namespace connector::simulator
