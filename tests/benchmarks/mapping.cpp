// mapping: renders the templates of a managed mapping for made-up records, and nothing else.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connector/json.h"
#include "python/templates.h"

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

std::vector<std::pair<std::string, Json>> templates_of(const Arguments& arguments) {
  std::vector<std::pair<std::string, Json>> fields(paths.begin(), paths.end());
  const auto& others = arguments.needs_python ? python : more_paths;
  fields.insert(fields.end(), others.begin(), others.end());
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

void map_records(int first, int end, const Arguments& arguments, Templates& templates) {
  std::vector<std::pair<std::string, MappingSource>> fields;
  for (const auto& [field, source] : templates_of(arguments))
    fields.emplace_back(field, templates.read_mapping(source));
  Json record = device(first);
  for (int number = first; number < end; ++number) {
    record["serial"] = fmt::format("SN{:06}", number);
    MappingRecord names(record);
    std::string mapped;
    for (const auto& [field, source] : fields) {
      mapped += field;
      templates.append_mapping(source, names, mapped);
    }
    if (mapped.size() < 100) throw std::runtime_error("a record was not mapped");
  }
}

void run(const Arguments& arguments) {
  Templates templates;
  std::mutex mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < arguments.workers; ++i)
      workers.emplace_back([&, i] {
        const int share = arguments.records / arguments.workers;
        try {
          map_records(i * share, i + 1 == arguments.workers ? arguments.records : (i + 1) * share, arguments,
                      templates);
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
