// mapping: renders the templates of a managed mapping for made-up records, and nothing else.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "connector/json.h"
#include "mapping/template_mapping.h"
#include "platform/worker_process.h"
#include "python/template_worker.h"

using namespace connector;

namespace {

using Field = std::pair<const char*, const char*>;

constexpr std::array<Field, 10> paths = {{{"SERIAL_NUMBER", "serial"},
                                          {"NAME", "list_response_item.name"},
                                          {"MODEL", "model"},
                                          {"OWNER", "owner.email"},
                                          {"OWNER_NAME", "{{ owner.name }}"},
                                          {"CITY", "place.city"},
                                          {"FLOOR", "place.floor"},
                                          {"MEMORY", "memory_mib"},
                                          {"PRICE", "{{ price }}"},
                                          {"BOUGHT", "bought"}}};
constexpr std::array<Field, 4> more_paths = {
    {{"MAC", "mac"}, {"MAKER", "maker"}, {"OS", "os.name"}, {"OS_VERSION", "os.version"}}};
constexpr std::array<Field, 4> python = {{{"MAC", "{{ import('re').sub('[^0-9A-F]', ':', mac|upper) }}"},
                                          {"MAKER", "{{ maker }} {{ model }}"},
                                          {"OS", "os.name ~ ' ' ~ os.version"},
                                          {"TAGS", "{{ tags|join(', ') }}"}}};

struct Arguments {
  int records = 100'000;
  int workers = 2;
  bool needs_python = false;
};

Json templates_of(const Arguments& arguments) {
  Json fields = Json::object();
  const auto add = [&](const auto& templates) {
    for (const auto& [name, source] : templates) fields[name] = {{"type", "attribute"}, {"value", source}};
  };
  add(paths);
  add(arguments.needs_python ? python : more_paths);
  return fields;
}

/// Only values that a path gives without Python: "15.3", for example, would be read as a Python literal.
Json device(int number) {
  return {{"serial", fmt::format("SN{:06}", number)},
          {"model", "MacBook Pro 14"},
          {"maker", "Apple"},
          {"os", {{"name", "macOS"}, {"version", "15.3.1"}}},
          {"mac", "02-00-5e-10-20-30"},
          {"owner", {{"email", "ana.kovac@example.com"}, {"name", "Ana Kovač"}}},
          {"place", {{"city", "Kyiv"}, {"floor", 3}}},
          {"memory_mib", 16384},
          {"price", 1499},
          {"bought", "2024-03-14"},
          {"tags", {"managed", "office"}},
          {"list_response_item", {{"id", number}, {"name", "device-1"}}}};
}

void map_records(int first, int end, TemplateMapping& mapping) {
  constexpr int batch_size = 100;
  Batch batch;
  for (int i = 0; i < batch_size; ++i) batch.emplace_back(device(first + i));
  for (int begin = first; begin < end; begin += batch_size) {
    for (int i = 0; i < batch_size; ++i)
      batch[static_cast<std::size_t>(i)].data["serial"] = fmt::format("SN{:06}", begin + i);
    Payload payload;
    Counts counts;
    mapping.map(batch, payload, counts);
    if (payload.size() != batch.size()) throw std::runtime_error("a record was not mapped");
  }
}

void run(const Arguments& arguments) {
  WorkerHost host(template_host_word);
  Templates templates(host);
  TemplateMapping mapping({.fields = templates_of(arguments), .extras = {}, .catalog_input = {}, .credential_name = {}},
                          templates, {}, Log());
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < arguments.workers; ++i)
      workers.emplace_back([&, i] {
        const int share = arguments.records / arguments.workers;
        try {
          map_records(i * share, i + 1 == arguments.workers ? arguments.records : (i + 1) * share, mapping);
        } catch (const std::exception&) {
          std::lock_guard lock(mutex);
          failure = std::current_exception();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == template_host_word) return run_template_host();
  CLI::App app("Renders the 14 templates of a managed mapping for made-up records.", "mapping");
  Arguments arguments;
  app.add_option("--records", arguments.records, "How many records")->check(CLI::PositiveNumber);
  app.add_option("--workers", arguments.workers, "How many threads")->check(CLI::PositiveNumber);
  app.add_flag("--python", arguments.needs_python, "4 of the templates need Python");
  CLI11_PARSE(app, argc, argv);
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mapping: {}\n", error.what());
    return 1;
  }
}
