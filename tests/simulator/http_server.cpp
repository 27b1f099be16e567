#include "simulator/http_server.h"

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace connector::simulator {

namespace {

std::map<std::string, std::string> decoded(const std::string& text) {
  httplib::Params parameters;
  httplib::detail::parse_query_text(text, parameters);
  std::map<std::string, std::string> result;
  for (auto& [name, value] : parameters) result[name] = value;
  return result;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Request request_of(const httplib::Request& incoming) {
  Request request{.method = incoming.method,
                  .target = incoming.target,
                  .path = {},
                  .query = {},
                  .headers = {},
                  .body = incoming.body};
  std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = decoded(request.target.substr(mark + 1));
  for (auto& [name, value] : incoming.headers) request.headers[lower_case(name)] = value;
  return request;
}

int port_of(int (*ask)(int, sockaddr*, socklen_t*), int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (ask(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.ss_family != AF_INET) return -1;
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

// The library does not hand out its connections, so they are found among the process's sockets by their two ports.
// peer_port 0: all of the server's connections.
void shut_down_connections(int server_port, int peer_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    int descriptor = std::stoi(entry.path().filename());
    if (port_of(&getsockname, descriptor) != server_port) continue;
    int peer = port_of(&getpeername, descriptor);
    if (peer > 0 && (peer_port == 0 || peer == peer_port)) ::shutdown(descriptor, SHUT_RDWR);
  }
}

void set_body(httplib::Response& outgoing, const Answer& answer, const std::string& type) {
  if (answer.body.empty()) return;
  // A content provider of known length, because a plain body would be compressed behind the script's back.
  auto body = std::make_shared<const std::string>(answer.body);
  std::size_t end = answer.truncated ? body->size() / 2 : body->size();
  outgoing.set_content_provider(body->size(), type,
                                [body, end](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                  if (offset >= end) return false;
                                  return sink.write(body->data() + offset, std::min(length, end - offset));
                                });
}

// The library's own queue of five waiting connections is too short for a burst of workers.
template <class Server>
class DeepQueue final : public Server {
 public:
  using Server::Server;
  void deepen() { ::listen(this->svr_sock_, 256); }
};

}  // namespace

std::string Request::header(const std::string& name) const {
  auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::map<std::string, std::string> Request::form() const {
  return decoded(body);
}

class HttpServer::Listener {
 public:
  Listener(Options options, Handler handler) : handler_(std::move(handler)), tls_(options.certificate.has_value()) {
    if (options.certificate) {
      auto server = std::make_unique<DeepQueue<httplib::SSLServer>>(options.certificate->certificate.c_str(),
                                                                    options.certificate->key.c_str());
      if (!server->is_valid()) throw std::runtime_error("the server's certificate or key cannot be read");
      prepare(*server, options);
      server->deepen();
      server_ = std::move(server);
    } else {
      auto server = std::make_unique<DeepQueue<httplib::Server>>();
      prepare(*server, options);
      server->deepen();
      server_ = std::move(server);
    }
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }

  ~Listener() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    stop_.notify_all();
    server_->stop();
    shut_down_connections(port_, 0);
    thread_.join();
  }

  int port() const { return port_; }
  bool tls() const { return tls_; }

 private:
  void prepare(httplib::Server& server, const Options& options) {
    server.new_task_queue = [threads = options.connections] { return new httplib::ThreadPool(threads); };
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.set_keep_alive_timeout(60);
    server.set_read_timeout(60);
    auto serve = [this](const httplib::Request& incoming, httplib::Response& outgoing) { answer(incoming, outgoing); };
    server.Get(".*", serve).Post(".*", serve).Put(".*", serve).Patch(".*", serve).Delete(".*", serve);
    server.Options(".*", serve);
    if (options.port == 0)
      port_ = server.bind_to_any_port(options.host);
    else
      port_ = server.bind_to_port(options.host, options.port) ? options.port : -1;
    if (port_ < 0) throw std::runtime_error("port " + std::to_string(options.port) + " cannot be listened on");
  }

  void answer(const httplib::Request& incoming, httplib::Response& outgoing) {
    Answer answer = handler_(request_of(incoming));
    if (answer.delay.count() > 0) wait(answer.delay);
    if (answer.status == 0) {
      shut_down_connections(port_, incoming.remote_port);
      return;
    }
    outgoing.status = answer.status;
    std::string type = "text/plain; charset=utf-8";
    for (auto& [name, value] : answer.headers) {
      if (lower_case(name) == "content-type")
        type = value;
      else
        outgoing.set_header(name, value);
    }
    set_body(outgoing, answer, type);
  }

  void wait(std::chrono::microseconds delay) {
    std::unique_lock lock(mutex_);
    stop_.wait_for(lock, delay, [this] { return stopped_; });
  }

  Handler handler_;
  bool tls_;
  int port_ = -1;
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
};

HttpServer::HttpServer(Options options, Handler handler)
    : listener_(std::make_unique<Listener>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const {
  return listener_->port();
}

std::string HttpServer::url() const {
  return (listener_->tls() ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port());
}

}  // namespace connector::simulator
