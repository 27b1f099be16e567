#include "support/loopback_server.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_OPENSSL_SUPPORT  // as Debian builds the library: the classes differ otherwise
#endif
#include <httplib.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace connector::test {

struct LoopbackServer::State {
  explicit State(std::unique_ptr<httplib::Server> with, std::string scheme_)
      : server(std::move(with)), scheme(std::move(scheme_)) {
    const auto serve = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
    };
    server->Get(".*", serve);
    server->Post(".*", serve);
    server->Put(".*", serve);
    server->Patch(".*", serve);
    server->Delete(".*", serve);
    server->set_tcp_nodelay(true);
    server->set_keep_alive_max_count(1000000);
    port = server->bind_to_any_port("127.0.0.1");
    if (port <= 0) throw std::runtime_error("no free port, or no certificate");
    thread = std::thread([this] { server->listen_after_bind(); });
    while (!server->is_running()) std::this_thread::yield();  // stop() has no effect before
  }
  ~State() {
    server->stop();
    thread.join();
  }

  void answer(const httplib::Request& request, httplib::Response& response) {
    Received received{.method = request.method, .target = request.target, .headers = {}, .body = request.body};
    for (const auto& [name, value] : request.headers) received.headers.add(name, value);
    for (const char* added : {"REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"}) received.headers.remove(added);

    const std::lock_guard lock(mutex);
    requests.push_back(received);
    ports.insert(request.remote_port);
    const std::string method = received.method == "HEAD" ? "GET" : received.method;
    const auto route = routes.find({method, received.path()});
    const Answer answer = route == routes.end() ? default_value(received) : route->second(received);
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
    response.set_content(answer.body, answer.content_type);
  }

  std::unique_ptr<httplib::Server> server;
  std::string scheme;
  int port = 0;
  std::thread thread;

  mutable std::mutex mutex;
  std::map<std::pair<std::string, std::string>, Handler> routes;
  Handler default_value = [](const Received&) { return Answer{.status = 404, .body = "not scripted"}; };
  std::vector<Received> requests;
  std::set<int> ports;
};

LoopbackServer::LoopbackServer() : state_(std::make_unique<State>(std::make_unique<httplib::Server>(), "http")) {}

LoopbackServer::LoopbackServer(const Certificate& certificate, const Certificate* clients)
    : state_(std::make_unique<State>(
          std::make_unique<httplib::SSLServer>(certificate.certificate_file.c_str(), certificate.key_file.c_str(),
                                               clients ? clients->certificate_file.c_str() : nullptr),
          "https")) {}

LoopbackServer::~LoopbackServer() = default;

void LoopbackServer::on(const std::string& method, const std::string& path, std::vector<Answer> answers) {
  handle(method, path, [answers = std::move(answers), next = std::size_t{0}](const Received&) mutable {
    const Answer& answer = answers.at(next);
    if (next + 1 < answers.size()) ++next;
    return answer;
  });
}

void LoopbackServer::handle(const std::string& method, const std::string& path, Handler handler) {
  const std::lock_guard lock(state_->mutex);
  state_->routes[{method, path}] = std::move(handler);
}

void LoopbackServer::otherwise(Handler handler) {
  const std::lock_guard lock(state_->mutex);
  state_->default_value = std::move(handler);
}

int LoopbackServer::port() const {
  return state_->port;
}

std::string LoopbackServer::url(const std::string& path) const {
  return state_->scheme + "://127.0.0.1:" + std::to_string(port()) + path;
}

std::vector<Received> LoopbackServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::vector<Received> LoopbackServer::requests(const std::string& method, const std::string& path) const {
  std::vector<Received> found = requests();
  std::erase_if(found, [&](const Received& request) { return request.method != method || request.path() != path; });
  return found;
}

std::size_t LoopbackServer::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ports.size();
}

}  // namespace connector::test
