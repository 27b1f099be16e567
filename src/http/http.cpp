#include "connector/http.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "http/call.h"
#include "http/reach.h"
#include "http/retries.h"
#include "text/decode.h"
#include "text/lenient_json.h"
#include "text/text.h"

namespace connector {
class Http::Session {
  /// What a session has warned of already.
  class Warnings {
   public:
    explicit Warnings(Log log) : log_(std::move(log)) {}

    void warn(const std::string& where, const std::string& what) {
      {
        const std::lock_guard lock(mutex_);
        if (!given_.insert(what).second) return;
      }
      log_.warning("{}: {}", where, what);
    }

   private:
    const Log log_;
    std::mutex mutex_;
    std::set<std::string> given_;
  };

 public:
  Session(TlsSettings tls, Log log, std::stop_token stop, AfterStop after_stop, Timing timing)
      : log_(std::move(log)),
        warnings_(std::make_shared<Warnings>(log_)),
        after_stop_(after_stop),
        timing_(std::move(timing)),
        connections_(std::move(tls), std::move(stop), timing_) {
    if (!timing_.wait) timing_.wait = http::wait_for_real;
  }

  Response send(const Request& request, const Headers& headers) {
    if (after_stop_ == AfterStop::refuse && connections_.stop().stop_requested()) throw Stopped{};
    const http::CallContext context{.connections = connections_,
                                    .log = log_,
                                    .timing = timing_,
                                    .concurrency = concurrency_.get(),
                                    .reset = reset_,
                                    .reach = reach_.get(),
                                    .observer = observer_};
    Response response = http::Call(request, headers, context).run();
    response.warn = [warnings = warnings_, where = response.method + " " + response.url](const std::string& what) {
      warnings->warn(where, what);
    };
    return response;
  }

  void keep_within(const RateLimits& limits) {
    reset_ = limits.reset;
    concurrency_ = std::make_unique<AdaptiveConcurrency>(limits);
  }

  void observe(RequestObserver observer) { observer_ = std::move(observer); }

  void keep_to(Reach reach) { reach_ = std::make_unique<http::ReachGuard>(std::move(reach)); }

  /// The headers prove who asks: no log shows them, nor what stands behind a scheme ("Bearer …").
  void hide(const Headers& credentials) const {
    for (const auto& [name, value] : credentials) {
      log_.hide(value);
      const std::size_t blank = value.find(' ');
      if (blank != std::string::npos) log_.hide(std::string_view(value).substr(blank + 1));
    }
  }

  void use_cookies_as_credentials() {
    for (const std::string& value : connections_.take()->widen_cookies()) log_.hide(value);
  }

 private:
  Log log_;
  std::shared_ptr<Warnings> warnings_;
  AfterStop after_stop_;
  Timing timing_;
  http::Connections connections_;
  std::unique_ptr<AdaptiveConcurrency> concurrency_;  ///< nothing when there are no limits
  ResetUnit reset_ = ResetUnit::either;
  std::unique_ptr<const http::ReachGuard> reach_;  ///< nothing: anywhere
  RequestObserver observer_;                       ///< empty: nobody
};

/// One login that all threads of a session share.
class Http::LoginKeeper {
 public:
  LoginKeeper(std::function<Login()> log_in, std::vector<int> expired, std::shared_ptr<Session> session)
      : log_in_(std::move(log_in)), expired_(std::move(expired)), session_(std::move(session)) {}

  /// Whether the calling thread is logging in at the moment.
  bool is_logging_in() const { return thread_ == std::this_thread::get_id(); }

  /// Makes sure that there is a login, and returns a copy with its number.
  std::pair<Login, std::size_t> current() {
    const std::lock_guard lock(mutex_);
    if (number_ == 0 || std::chrono::steady_clock::now() >= renew_at_) log_in();
    return {login_, number_};
  }

  /// The login of that number was refused.
  void renew(std::size_t refused) {
    const std::lock_guard lock(mutex_);
    if (number_ == refused) log_in();  // else another thread has done so
  }

  bool is_expired(int status) const { return std::find(expired_.begin(), expired_.end(), status) != expired_.end(); }
  const std::vector<int>& expired() const { return expired_; }

 private:
  void log_in() {
    thread_ = std::this_thread::get_id();
    try {
      login_ = log_in_();
    } catch (...) {
      thread_ = std::thread::id();
      throw;
    }
    thread_ = std::thread::id();
    session_->hide(login_.headers);
    ++number_;
    const auto margin = std::min(login_.lifetime / 5, std::chrono::seconds(60));
    renew_at_ = login_.lifetime.count() > 0 ? std::chrono::steady_clock::now() + login_.lifetime - margin
                                            : std::chrono::steady_clock::time_point::max();
  }

  const std::function<Login()> log_in_;
  const std::vector<int> expired_;
  const std::shared_ptr<Session> session_;
  std::mutex mutex_;
  std::atomic<std::thread::id> thread_{};
  Login login_;
  std::size_t number_ = 0;
  std::chrono::steady_clock::time_point renew_at_{};
};

Http::Http() : Http(TlsSettings{}, Log{}) {}

Http::Http(TlsSettings tls, Log log, std::stop_token stop, AfterStop after_stop, Timing timing)
    : session_(
          std::make_shared<Session>(std::move(tls), std::move(log), std::move(stop), after_stop, std::move(timing))) {}

Response Http::send(const Request& request) const {
  if (!login_) return session_->send(request, headers);
  if (login_->is_logging_in()) {
    Request own = request;
    own.stay_on_host = true;  // its body may hold the password
    return session_->send(own, headers);
  }
  const auto attempt = [&](const Login& login, const std::vector<int>& allow) {
    Request own = request;
    for (const auto& [name, value] : login.headers) {
      if (!request.headers.contains(name)) own.headers.add(name, value);
      own.secret_headers.push_back(name);
    }
    own.allow.insert(own.allow.end(), allow.begin(), allow.end());
    return session_->send(own, headers);
  };
  const auto [login, number] = login_->current();
  Response response = attempt(login, login_->expired());
  if (!login_->is_expired(response.status)) return response;
  login_->renew(number);
  return attempt(login_->current().first, {});
}

void Http::keep_within(const RateLimits& limits) {
  session_->keep_within(limits);
}

void Http::keep_to(Reach reach) {
  session_->keep_to(std::move(reach));
}

void Http::observe(RequestObserver observer) {
  session_->observe(std::move(observer));
}

void Http::keep_logged_in(std::function<Login()> log_in, std::vector<int> expired) {
  login_ = std::make_shared<LoginKeeper>(std::move(log_in), std::move(expired), session_);
  login_->current();
}

void Http::use_cookies_as_credentials() const {
  session_->use_cookies_as_credentials();
}

Response Http::get(const std::string& url, const Query& query, const Headers& own) const {
  return send({.url = url, .query = query, .headers = own});
}

Response Http::post(const std::string& url, const Json& body, const Headers& own) const {
  Request request{.method = "POST", .url = url, .headers = own, .body = to_text(body)};
  if (!headers.contains("Content-Type") && !own.contains("Content-Type")) {
    request.headers.set("Content-Type", "application/json");
  }
  return send(request);
}

Response Http::post_form(const std::string& url, const Query& form, const Headers& own) const {
  Request request{.method = "POST", .url = url, .headers = own, .body = http::query_text(form)};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  return send(request);
}

void Http::basic_authentication(const std::string& user, const std::string& password) {
  headers.set("Authorization", "Basic " + base64(user + ":" + password));
}

namespace {

HttpError not_json(const Response& response, const JsonError& error) {
  const std::string what = looks_like_html(response.body)
                               ? "the response is HTML, perhaps a sign-in page, instead of JSON"
                               : fmt::format("the response is not valid JSON: {}", error.what());
  return {fmt::format("{} {}: {}", response.method, response.url, what), response.status, false};
}

/// Of a response, or of an item of a list that is handed over item by item: what they take in memory is some hundred
/// bytes each.
constexpr std::size_t max_values = 20'000'000;

/// parse: of a text; tells whether it had to mend numbers.
template <class Parse>
Json read_json(const Response& response, Parse parse) {
  const DecodedText decoded(response.body, charset_of(response.headers.find("Content-Type").value_or("")));
  Mended mended{.bytes = decoded.has_replaced()};
  try {
    Json value = parse(decoded.text(), mended.numbers);
    mended.tell(response.warn);
    return value;
  } catch (const JsonError& error) {
    throw not_json(response, error);
  } catch (const TooManyValues& error) {
    throw HttpError(fmt::format("{} {}: the response is too large: {}", response.method, response.url, error.what()),
                    response.status, false);
  }
}

}  // namespace

Json Response::json() const {
  return read_json(*this,
                   [](std::string_view text, bool& mended) { return parse_lenient_json(text, mended, max_values); });
}

Json Response::json_items(std::string_view list, const std::function<void(Json)>& take) const {
  return read_json(*this, [&](std::string_view text, bool& mended) {
    return parse_lenient_json_items(text, list, take, mended, max_values);
  });
}

}  // namespace connector
