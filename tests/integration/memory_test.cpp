// A service that runs for months must not grow with the syncs it has run.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "commands/program_test.h"
#include "platform/files.h"
#include "simulator/saas.h"

namespace connector::test::memory_test {

class ManagedMemory : public ProgramTest {
 protected:
  simulator::SaasServer saas{0, {.devices = 5, .page_size = 5}};
  int handed_out = 0;

  /// Syncs that log in to the source, list its devices, ask for each one's details and map them with templates.
  void hand_out(int count) {
    Json configuration = parse_json(read_file(SOURCE_FOLDER "/config/demo/managed/configuration.json"));
    const Json mapping = parse_json(read_file(SOURCE_FOLDER "/config/demo/managed/mapping.json"));
    configuration["inputs"]["url"]["value"] = saas.url();
    configuration["local_inputs"] = {{"password", "made-up-password"}};
    for (int i = 0; i < count; ++i) {
      const int id = 1000 + handed_out++;
      configuration["id"] = id;
      oomnitza.cloud().managed().set_mapping(std::to_string(id), mapping);
      oomnitza.cloud().managed().set_configuration(std::to_string(id), configuration);
    }
  }

  int finalized() {
    int count = 0;
    for (const auto& portion : oomnitza.cloud().portions()) count += portion.finalized > 0 ? 1 : 0;
    return count;
  }

  static double resident_mib(pid_t process) {
    std::ifstream statistics("/proc/" + std::to_string(process) + "/statm");
    long total = 0;
    long resident = 0;
    statistics >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
  }
};

TEST_F(ManagedMemory, DoesNotGrowOverAThousandSyncs) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "under AddressSanitizer freed memory is kept: this test means nothing there";
#endif
  configure("");
  folder.write(
      "logging.json",
      R"({"version": 1, "root": {"handlers": ["none"]}, "handlers": {"none": {"class": "logging.NullHandler"}}})");
  // Rounds of the same size: what waits for its turn in one of them is the same in all.
  constexpr int round = 340;
  hand_out(round);
  Process connector = start({"managed", "--ini", folder.file("config.ini")});
  ASSERT_NO_FATAL_FAILURE(wait_until([&] { return finalized() == round; })) << output();
  const double before = resident_mib(connector.id());
  for (int rounds = 2; rounds <= 3; ++rounds) {
    hand_out(round);
    ASSERT_NO_FATAL_FAILURE(wait_until([&] { return finalized() == rounds * round; })) << output();
  }
  const double after = resident_mib(connector.id());

  connector.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(connector)), 0) << output();
  EXPECT_GT(before, 1);
  EXPECT_LT(after - before, 8) << "before: " << before << " MiB, after: " << after << " MiB";
}

}  // namespace connector::test::memory_test
