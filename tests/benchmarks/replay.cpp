// replay: posts one prebuilt payload many times. What that costs is the floor under any upload over HTTP.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <exception>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "connector/http.h"

using namespace connector;

namespace {

struct Arguments {
  std::string url;
  std::string token = "api-token";
  std::string payload;
  int times = 1;
  int workers = 2;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void replay(const Arguments& arguments) {
  Http http;
  http.headers = {{"Authorization2", arguments.token}, {"Content-Type", "application/json; charset=utf-8"}};
  const Request request{.method = "POST", .url = arguments.url, .body = read_file(arguments.payload)};
  std::atomic<int> left = arguments.times;
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < arguments.workers; ++i)
      workers.emplace_back([&] {
        try {
          while (left.fetch_sub(1) > 0) http.send(request);
        } catch (const std::exception&) {
          left = 0;
          std::lock_guard lock(mutex);
          failure = std::current_exception();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Posts one prebuilt payload many times.", "replay");
  Arguments arguments;
  app.add_option("--url", arguments.url, "Where to post")->required();
  app.add_option("--token", arguments.token, "The API token");
  app.add_option("--payload", arguments.payload, "File with the body")->required();
  app.add_option("--times", arguments.times, "How often");
  app.add_option("--workers", arguments.workers, "How many at once");
  CLI11_PARSE(app, argc, argv);
  try {
    replay(arguments);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "replay: {}\n", error.what());
    return 1;
  }
}
