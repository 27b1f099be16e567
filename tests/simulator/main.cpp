// oomnitza-simulator: a stand-in for Oomnitza on the loopback interface, for trying things out, demos and measurements.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

#include "simulator/saas.h"
#include "simulator/simulator.h"
#include "simulator/vendors.h"

using namespace connector;
using namespace connector::simulator;

namespace {

struct Arguments {
  std::string host = "127.0.0.1";
  int port = 8080;
  std::string port_file;
  std::string data;
  std::string token = "api-token";
  bool no_checks = false;
  int latency = 0;
  bool quiet = false;
  std::optional<int> saas_port = {};
  std::string saas_port_file;
  SaasOptions saas = {};
  int saas_latency = 0;
  std::optional<int> vendors_port = {};
  std::string vendors_port_file;
  VendorOptions vendors = {};
  int vendors_latency = 0;
  int jamf_token_life = 1800;
};

void load(Cloud& cloud, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return;  // the first start
  std::string text{std::istreambuf_iterator<char>(file), {}};
  cloud.restore(parse_json(text));
}

/// Writes beside the file and renames: whoever waits for the file sees it whole.
void write_file(const std::string& path, const std::string& text) {
  std::string partial = path + ".part";
  std::ofstream file(partial, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path + " cannot be written");
  std::filesystem::rename(partial, path);
}

std::optional<SaasServer> saas_of(const Arguments& arguments) {
  if (!arguments.saas_port) return std::nullopt;
  SaasOptions options = arguments.saas;
  options.latency = std::chrono::milliseconds(arguments.saas_latency);
  return std::optional<SaasServer>(std::in_place, *arguments.saas_port, options);
}

std::optional<VendorServer> vendors_of(const Arguments& arguments) {
  if (!arguments.vendors_port) return std::nullopt;
  VendorOptions options = arguments.vendors;
  options.latency = std::chrono::milliseconds(arguments.vendors_latency);
  options.token_life = std::chrono::seconds(arguments.jamf_token_life);
  return std::optional<VendorServer>(std::in_place, *arguments.vendors_port, options);
}

void run(const Arguments& arguments) {
  // Blocked in every thread, so that the wait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Simulator::Options options{.port = arguments.port, .latency = std::chrono::milliseconds(arguments.latency)};
  options.host = arguments.host;
  options.cloud.tokens = {arguments.token};
  options.cloud.check_session = options.cloud.check_payloads = !arguments.no_checks;
  options.cloud.keep_payloads = false;
  Simulator simulator(std::move(options));
  if (!arguments.data.empty()) load(simulator.cloud(), arguments.data);

  const std::optional<SaasServer> saas = saas_of(arguments);
  const std::optional<VendorServer> vendors = vendors_of(arguments);

  if (!arguments.quiet) fmt::print("Oomnitza simulator: {}, API token {}\n", simulator.url(), arguments.token);
  if (!arguments.quiet && saas) fmt::print("Made-up SaaS: {}\n", saas->url());
  if (!arguments.quiet && vendors) fmt::print("Jamf Pro: {0}/jamf, Okta: {0}/okta\n", vendors->url());
  std::fflush(stdout);
  if (vendors && !arguments.vendors_port_file.empty())
    write_file(arguments.vendors_port_file, std::to_string(vendors->port()) + "\n");
  if (saas && !arguments.saas_port_file.empty())
    write_file(arguments.saas_port_file, std::to_string(saas->port()) + "\n");
  if (!arguments.port_file.empty()) write_file(arguments.port_file, std::to_string(simulator.port()) + "\n");

  int signal = 0;
  sigwait(&signals, &signal);
  if (!arguments.data.empty()) write_file(arguments.data, to_text(simulator.cloud().saved(), 2));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A stand-in for Oomnitza. Ends on SIGINT or SIGTERM.", "oomnitza-simulator");
  Arguments arguments;
  app.add_option("--host", arguments.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", arguments.port, "Port to listen on; 0 takes a free one")->capture_default_str();
  app.add_option("--port-file", arguments.port_file, "Write the port to this file when listening");
  app.add_option("--data", arguments.data, "Keep mappings and records in this file from one start to the next");
  app.add_option("--token", arguments.token, "The API token that is accepted")->capture_default_str();
  app.add_flag("--no-checks", arguments.no_checks, "Count payloads without looking into them, for measurements");
  app.add_option("--latency", arguments.latency, "Milliseconds before each answer of the API")->capture_default_str();
  app.add_flag("--quiet", arguments.quiet, "Do not print the address");
  app.add_option("--saas-port", arguments.saas_port,
                 "Also be a made-up SaaS with devices on this port, for managed mode; 0 takes a free one");
  app.add_option("--saas-port-file", arguments.saas_port_file, "Write that port to this file");
  app.add_option("--saas-devices", arguments.saas.devices, "How many devices the SaaS has")->capture_default_str();
  app.add_option("--saas-page-size", arguments.saas.page_size, "How many of them are on a page of its list")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--saas-latency", arguments.saas_latency, "Milliseconds before each answer about one device")
      ->capture_default_str();
  app.add_option("--saas-broken", arguments.saas.broken, "The id of a device that is listed and has no details");
  app.add_option("--vendors-port", arguments.vendors_port,
                 "Also be a Jamf Pro and an Okta on this port, for upload; 0 takes a free one");
  app.add_option("--vendors-port-file", arguments.vendors_port_file, "Write that port to this file");
  app.add_option("--vendors-latency", arguments.vendors_latency, "Milliseconds before each of their answers")
      ->capture_default_str();
  app.add_option("--jamf-computers", arguments.vendors.computers, "How many computers Jamf Pro has")
      ->capture_default_str();
  app.add_option("--jamf-broken", arguments.vendors.broken, "The id of a computer that is listed and has no details");
  app.add_option("--jamf-token-life", arguments.jamf_token_life, "Seconds until a token of Jamf Pro ends")
      ->capture_default_str();
  app.add_option("--okta-users", arguments.vendors.users, "How many users Okta has")->capture_default_str();
  app.add_option("--okta-rate", arguments.vendors.rate, "Requests a second that Okta takes; 0: any")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "oomnitza-simulator: {}\n", error.what());
    return 1;
  }
}
