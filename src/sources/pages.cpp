#include "connector/pages.h"

#include <algorithm>

#include "http/address.h"
#include "http/links.h"
#include "platform/wait.h"
#include "text/failure_sign.h"
#include "text/text.h"

namespace connector {
namespace {

constexpr std::size_t max_pages = 100'000;
constexpr std::size_t max_page_checks = 2 * max_pages;  // by address and by body

constexpr std::size_t max_entries = 5'000'000;

SourceError endless(const std::string& list) {
  return SourceError(fmt::format("{} has not ended after {} pages; what follows was not read", list, max_pages));
}

}  // namespace

bool Connector::wants(std::string_view name) const {
  const auto is_below = [](std::string_view inner, std::string_view outer) {
    return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '.');
  };
  return all_attributes || reads_whole_records ||
         std::any_of(sources.begin(), sources.end(),
                     [&](const std::string& source) { return is_below(source, name) || is_below(name, source); });
}

void Connector::log_in() {
  if (is_logged_in_) return;
  authenticate();
  is_logged_in_ = true;
}

RateLimits limits_of(const Plugin& plugin, unsigned workers) {
  RateLimits limits = plugin.limits;
  limits.in_flight = limits.in_flight == 0 ? workers : std::min(limits.in_flight, workers);
  return limits;
}

Json& list_of(Json& page, std::string_view name, const Response& response) {
  Json& list = name.empty() ? page : const_cast<Json&>(at(page, name));
  if (!list.is_array()) {
    throw SourceError(fmt::format("{} {}: the response {}: {}", response.method, response.url,
                                  name.empty() ? "is not a list" : fmt::format("has no list \"{}\"", name),
                                  excerpt(response.body)));
  }
  return list;
}

bool lacks_list(const Json& page, std::string_view name, const Response& response) {
  if (!page.is_object() || !at(page, name).is_null()) return false;
  const std::string sign = failure_sign(page);
  if (sign.empty()) return true;
  throw SourceError(
      fmt::format("{} {}: the response reports a failure: {}", response.method, response.url, excerpt(sign)));
}

void emit_rows(const Emit& emit, Json& rows, std::string_view what) {
  for (Json& row : rows) {
    if (row.is_object()) {
      emit(std::move(row));
    } else {
      emit({std::move(row), fmt::format("{} is not an object", what)});
    }
  }
}

void expect_count(const Emit& emit, const Json& count) {
  if (count.is_number_unsigned()) emit.expect(count.get<std::size_t>());
}

Json software_entry(Json name, Json version, Json path) {
  return {{"name", std::move(name)}, {"version", std::move(version)}, {"path", std::move(path)}};
}

void parse_setting(const std::string& text, Headers& value) {
  Json fields;
  parse_setting(text, fields);
  if (!fields.is_object() && !fields.is_null()) throw std::invalid_argument("must be a JSON object of headers");
  for (const auto& [name, field] : fields.items()) {
    value.set(name, field.is_string() ? field.get<std::string>() : to_text(field));
  }
}

std::optional<std::vector<std::string>> string_list(const std::string& text) {
  std::string list = text;
  if (list.find('"') == std::string::npos) std::replace(list.begin(), list.end(), '\'', '"');
  const Json parsed = Json::parse(list, nullptr, false);
  const auto is_string = [](const Json& item) { return item.is_string(); };
  if (!parsed.is_array() || !std::all_of(parsed.begin(), parsed.end(), is_string)) return std::nullopt;
  return parsed.get<std::vector<std::string>>();
}

void PageGuard::check(std::string_view page) {
  if (seen_.size() == max_page_checks) throw endless(source_ + " pagination");
  if (!seen_.insert(std::hash<std::string_view>()(page)).second) {
    throw SourceError(source_ + " pagination loops: a page leads to one read before");
  }
}

void check_length(const std::string& list, std::size_t entries) {
  if (entries <= max_entries) return;
  throw SourceError(fmt::format("{} has more than {} entries; it is not read further", list, max_entries));
}

std::string resolved_url(const std::string& page, const std::string& link) {
  const std::optional<http::Address> from = http::parse_address(page);
  const std::optional<http::Address> to = from ? http::redirected(*from, link) : std::nullopt;
  if (!to) throw SourceError(fmt::format("{}: a link there is no address: {}", page, excerpt(link)));
  return to->url;
}

std::string next_url(const Url& url, const std::string& page, const std::string& link) {
  const std::optional<UrlParts> own = parse_url(url.value);
  const std::optional<UrlParts> target = parse_url(resolved_url(page, link));
  if (!own || !target) throw SourceError(fmt::format("{} is not an address", own ? link : url.value));
  const std::string prefix = own->path == "/" ? "" : own->path;
  const bool has_prefix = target->path == prefix || target->path.starts_with(prefix + "/");
  return own->origin() + (has_prefix ? "" : prefix) + target->target();
}

void each_page(Request first, const std::function<Page(const Request&)>& ask, const std::function<void(Page&)>& take) {
  constexpr std::size_t pages_at_once = 3;  // one that is taken, one that waits, one that is asked for
  std::function<Request()> next = [&] { return std::move(first); };
  const std::string list = first.url;
  std::size_t pages = 1;
  bool is_last = false;
  std::stop_source abandon;
  WorkerPool<int, std::optional<Page>> pool(
      1, pages_at_once,
      [&](int) -> std::optional<Page> {
        if (!next) return std::nullopt;
        Request request = next();
        request.abandon = abandon.get_token();
        Page page = ask(request);
        next = page.next;
        return page;
      },
      [&](std::optional<Page> page) {
        is_last = !page || !page->next;
        if (page) take(*page);
      });
  const StopAtEnd stop_at_end(abandon);  // goes before the pool, which waits for a request under way
  pool.add(0);
  pool.finish();  // the first page alone: a limited run may want no other
  while (!is_last) {
    if (++pages > max_pages) throw endless("the list " + list);
    pool.add(0);
  }
}

std::string problem_of(const Response& response, const Log& log) {
  return log.redact(fmt::format("{} {}: status {}", response.method, response.url, response.status)) +
         (response.body.empty() ? "" : ": " + excerpt(response.body, log));
}

std::string failure_of(const Connector& source, std::string_view what, const std::function<void()>& read) {
  try {
    read();
    return {};
  } catch (const SourceError& error) {
    if (source.stop.stop_requested()) throw Stopped();
    return fmt::format("{}: {}", what, error.what());
  }
}

std::optional<std::string> link_of(const Response& response, std::string_view relation) {
  const Json links = http::read_links(response);
  const auto link = links.find(relation);
  return link == links.end() ? std::nullopt : std::optional((*link)["url"].get<std::string>());
}

SessionEnd::~SessionEnd() {
  try {
    std::optional<Request> request = logout_();
    if (!request) return;
    request->retry = false;
    request->time_limit = std::chrono::seconds(10);
    Http http(source_.tls(), source_.log, source_.stop, AfterStop::finish);
    http.headers = source_.http.headers;
    http.send(*request);
  } catch (const Stopped&) {
  } catch (const std::exception& error) {
    source_.log.write(failure_, "the session could not be ended: {}", error.what());
  }
}

bool read_part(const Connector& source, const Emit& emit, std::string_view what, const std::function<void()>& read) {
  const std::string failure = failure_of(source, what, read);
  if (!failure.empty()) emit.incomplete(failure);
  return failure.empty();
}

}  // namespace connector
