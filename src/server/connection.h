#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "server/listener.h"

namespace connector::server {

/// A client's connection: reads requests one after the other, each within its limits, and answers them. It keeps itself
/// alive while something is under way. For the thread of its io_context.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// What connections have in common. Outlives them.
  struct Context {
    const Routes& routes;
    const Limits& limits;
    const Log& log;
    std::function<void(Connection&)> ended;
    bool is_stopping = false;  ///< each response is the last one of its connection
  };

  Connection(boost::asio::ip::tcp::socket socket, Context& context);
  ~Connection() { context_.ended(*this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Waits for the next request.
  void start();
  /// Ends it now.
  void cut();

  /// Whether it waits for a request's first byte, and since when.
  bool is_idle() const { return is_idle_; }
  std::chrono::steady_clock::time_point idle_since() const { return idle_since_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void read_head();
  void read_more_of_head();
  void take_head();
  void ask_for_body();
  void read_body();
  void hand_over();
  std::shared_ptr<Connection> for_another_thread();
  void fail(boost::beast::error_code error);
  void send(Reply reply);
  void end_softly();
  void drain();

  Context& context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Response> response_;
  Head head_;
  const Route* route_ = nullptr;
  std::size_t head_size_ = 0;
  bool is_idle_ = false;
  bool has_unread_body_ = false;
  std::chrono::steady_clock::time_point idle_since_;
};

}  // namespace connector::server
