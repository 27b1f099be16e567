#include "server/listener.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <thread>
#include <utility>

#include "connector/error.h"
#include "platform/heartbeat.h"
#include "platform/limits.h"
#include "server/connection.h"

namespace connector::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds pause_after_refusal{100};
constexpr std::chrono::seconds time_between_beats{5};
constexpr std::chrono::seconds longest_beat{30};

std::string shown(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return fmt::format("http://{}:{}", endpoint.address().is_v6() ? "[" + address + "]" : address, endpoint.port());
}

tcp::endpoint resolve(asio::io_context& context, const Endpoint& wanted) {
  boost::system::error_code error;
  auto found = tcp::resolver(context).resolve(wanted.host, std::to_string(wanted.port),
                                              tcp::resolver::passive | tcp::resolver::numeric_service, error);
  const auto is_ipv4 = [](const auto& entry) { return entry.endpoint().protocol() == tcp::v4(); };
  if (const auto entry = std::find_if(found.begin(), found.end(), is_ipv4); entry != found.end()) return *entry;
  if (!error && !found.empty()) return *found.begin();
  throw ConfigError(fmt::format("cannot listen on {}: {}: name an address of this machine", wanted.host,
                                error ? error.message() : "no address"));
}

}  // namespace

class Listener::Acceptor {
 public:
  Acceptor(const Endpoint& endpoint, Routes routes, Log log, Limits limits)
      : routes_(std::move(routes)),
        limits_(limits),
        log_(std::move(log)),
        acceptor_(io_),
        pause_(io_),
        next_beat_(io_) {
    listen(resolve(io_, endpoint));
    accept();
    beat();
    thread_ = std::jthread([this] { run(); });
  }

  ~Acceptor() {
    asio::post(io_, [this] {
      is_ending_ = true;
      io_.stop();
    });
    thread_.join();
  }

  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  bool is_alive() const { return heartbeat_.was_within(longest_beat); }
  std::size_t connections() const { return number_; }
  const tcp::endpoint& endpoint() const { return endpoint_; }

  void stop_accepting() {
    asio::post(io_, [this] {
      close();
      context_.is_stopping = true;
    });
  }

 private:
  void listen(const tcp::endpoint& endpoint) {
    try {
      acceptor_.open(endpoint.protocol());
      acceptor_.set_option(tcp::acceptor::reuse_address(true));  // connections of an earlier process may linger
      acceptor_.bind(endpoint);
      acceptor_.listen();
      endpoint_ = acceptor_.local_endpoint();
    } catch (const boost::system::system_error& error) {
      throw ConfigError(fmt::format("cannot listen on {}: {}: name another address or port", shown(endpoint),
                                    error.code().message()));
    }
  }

  void run() {
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception& error) {
        log_.error("a request could not be answered: {}", reason(error));
      }
    }
  }

  void beat() {
    heartbeat_.beat();
    next_beat_.expires_after(time_between_beats);
    next_beat_.async_wait([this](boost::system::error_code canceled) {
      if (!canceled) beat();
    });
  }

  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    waiting_.reset();
    pause_.cancel();
  }

  void accept() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return wait_and_accept(error);
      if (open_.size() >= limits_.connections && !make_room()) {
        waiting_.emplace(std::move(socket));  // until one ends; no other is taken before
        return;
      }
      begin(std::move(socket));
      accept();
    });
  }

  void begin(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto connection = std::make_shared<Connection>(std::move(socket), context_);
    open_.insert(connection.get());
    number_ = open_.size();
    connection->start();
  }

  /// No descriptor, or no memory, for one more.
  void wait_and_accept(boost::system::error_code error) {
    log_.warning("a connection could not be taken: {}", error.message());
    pause_.expires_after(pause_after_refusal);
    pause_.async_wait([this](boost::system::error_code canceled) {
      if (!canceled) accept();
    });
  }

  /// Ends the connection that has been idle for longest.
  bool make_room() {
    Connection* longest = nullptr;
    for (Connection* connection : open_) {
      if (!connection->is_idle()) continue;
      if (longest == nullptr || connection->idle_since() < longest->idle_since()) longest = connection;
    }
    if (longest == nullptr) return false;
    longest->cut();
    return true;
  }

  void note_end(Connection& connection) {
    open_.erase(&connection);
    number_ = open_.size();
    if (is_ending_ || !waiting_) return;
    begin(*std::exchange(waiting_, std::nullopt));
    accept();
  }

  const Routes routes_;
  const Limits limits_;
  const Log log_;
  std::set<Connection*> open_;
  std::atomic<std::size_t> number_ = 0;  ///< of them
  bool is_ending_ = false;
  Connection::Context context_{
      .routes = routes_, .limits = limits_, .log = log_, .ended = [this](Connection& connection) {
        note_end(connection);
      }};
  asio::io_context io_{1};
  const asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};  ///< answers to come
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer next_beat_;
  Heartbeat heartbeat_;
  std::optional<tcp::socket> waiting_;  ///< a connection for which there is no room yet
  tcp::endpoint endpoint_;
  std::jthread thread_;
};

Listener::Listener(const Endpoint& endpoint, Routes routes, Log log, Limits limits)
    : acceptor_(std::make_unique<Acceptor>(endpoint, std::move(routes), std::move(log), limits)) {}

Listener::~Listener() = default;

int Listener::port() const {
  return acceptor_->endpoint().port();
}

std::string Listener::url() const {
  return shown(acceptor_->endpoint());
}

bool Listener::is_loopback() const {
  return acceptor_->endpoint().address().is_loopback();
}

bool Listener::is_alive() const {
  return acceptor_->is_alive();
}

std::size_t Listener::connections() const {
  return acceptor_->connections();
}

void Listener::stop_accepting() {
  acceptor_->stop_accepting();
}

}  // namespace connector::server
