#include "server/connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <limits>
#include <utility>

#include "text/text.h"

namespace connector::server {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t read_size = 16 * 1024;
constexpr std::chrono::milliseconds longest_drain{2000};

Head head_of(const http::request<http::string_body>& request) {
  Head head;
  head.method = std::string(request.method_string());
  head.is_http_1_0 = request.version() == 10;
  std::string_view target(request.target().data(), request.target().size());
  target = target.substr(0, target.find_first_of("?#"));
  if (const std::size_t scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  head.path = std::string(target);
  for (const auto& field : request) head.headers.add(std::string(field.name_string()), std::string(field.value()));
  return head;
}

/// The status of the response to an invalid request; 0: no response.
int status_of(beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, Context& context)
    : context_(context), stream_(std::move(socket)), buffer_(context.limits.head + read_size) {}

void Connection::start() {
  if (buffer_.size() > 0) return read_head();  // the next one has come with the last one
  is_idle_ = true;
  idle_since_ = std::chrono::steady_clock::now();
  stream_.expires_after(context_.limits.idle);
  stream_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](beast::error_code error, std::size_t bytes) {
                            self->is_idle_ = false;
                            if (error) return;
                            self->buffer_.commit(bytes);
                            self->read_head();
                          });
}

void Connection::cut() {
  is_idle_ = false;
  beast::error_code ignored;
  stream_.socket().close(ignored);
}

void Connection::read_head() {
  head_ = {};
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(context_.limits.head));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // its own comes with the route
  has_unread_body_ = true;
  head_size_ = 0;
  stream_.expires_after(context_.limits.request);  // for head and body together
  read_more_of_head();
}

/// Piece by piece: the parser's own limit is one of its buffer, and it empties that after each field.
void Connection::read_more_of_head() {
  http::async_read_some(stream_, buffer_, *parser_,
                        [self = shared_from_this()](beast::error_code error, std::size_t bytes) {
                          if (error) return self->fail(error);
                          self->head_size_ += bytes;
                          if (self->head_size_ > self->context_.limits.head) return self->send({.status = 431});
                          self->parser_->is_header_done() ? self->take_head() : self->read_more_of_head();
                        });
}

void Connection::take_head() {
  head_ = head_of(parser_->get());
  has_unread_body_ = !parser_->is_done();
  Routes::Decision decision = context_.routes.decide(head_);
  if (decision.refusal) return send(std::move(*decision.refusal));
  const auto length = parser_->content_length();
  if (length && *length > decision.max_body) return send({.status = 413});
  route_ = decision.route;
  parser_->body_limit(decision.max_body);
  if (has_unread_body_ && equal_ignoring_case(head_.headers.find("Expect").value_or(""), "100-continue")) {
    return ask_for_body();
  }
  read_body();
}

void Connection::ask_for_body() {
  const auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
  http::async_write(stream_, *go_on, [self = shared_from_this(), go_on](beast::error_code error, std::size_t) {
    if (!error) self->read_body();
  });
}

void Connection::read_body() {
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
    error ? self->fail(error) : self->hand_over();
  });
}

void Connection::hand_over() {
  has_unread_body_ = false;
  stream_.expires_never();
  route_->handle(head_, parser_->get().body(), [self = for_another_thread()](Reply reply) {
    boost::asio::post(self->stream_.get_executor(),
                      [self, reply = std::move(reply)]() mutable { self->send(std::move(reply)); });
  });
}

/// Keeps the connection alive for code on other threads: wherever the last copy is destroyed, the connection ends on
/// its own thread.
std::shared_ptr<Connection> Connection::for_another_thread() {
  return {this, [self = shared_from_this()](Connection* connection) mutable {
            boost::asio::post(connection->stream_.get_executor(), [self = std::move(self)] {});
          }};
}

/// The request is invalid, too large, too slow or incomplete.
void Connection::fail(beast::error_code error) {
  const int status = status_of(error);
  context_.log.debug("a request ended early: {}", error.message());
  if (status != 0) send({.status = status});
}

void Connection::send(Reply reply) {
  const bool is_last = has_unread_body_ || context_.is_stopping || !parser_->get().keep_alive();
  Response& response = response_.emplace();
  response.version(head_.is_http_1_0 ? 10 : 11);
  response.result(static_cast<unsigned>(reply.status));
  for (const auto& [name, value] : reply.headers) response.insert(name, value);
  if (!reply.content_type.empty()) response.set(http::field::content_type, reply.content_type);
  if (reply.status != 204) response.content_length(reply.body.size());
  if (head_.method != "HEAD") response.body() = std::move(reply.body);
  response.keep_alive(!is_last);
  stream_.expires_after(context_.limits.reply);
  http::async_write(stream_, response, [self = shared_from_this(), is_last](beast::error_code error, std::size_t) {
    self->response_.reset();
    self->parser_.reset();
    if (error) return;
    is_last ? self->end_softly() : self->start();
  });
}

/// A connection that is closed while something unread arrives is reset, and the response may be lost: so the client is
/// told that no more comes, and what it sends is dropped for a moment.
void Connection::end_softly() {
  beast::error_code error;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  if (error) return;
  stream_.expires_after(std::min(context_.limits.request, longest_drain));
  drain();
}

void Connection::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (!error) self->drain();
                          });
}

}  // namespace connector::server
