// What libFuzzer calls (https://llvm.org/docs/LibFuzzer.html): fuzzer --target=NAME [libFuzzer's options] FOLDER
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/targets.h"

namespace {

const connector::fuzz::Target* target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view option = "--target=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view word = (*argv)[i];
    if (word.starts_with(option)) target = connector::fuzz::find(word.substr(option.size()));
  }
  if (target != nullptr) return 0;
  std::fputs("usage: fuzzer --target=NAME [options of libFuzzer] FOLDER\ntargets:", stderr);
  for (const auto& known : connector::fuzz::targets()) std::fprintf(stderr, " %s", known.name.data());
  std::fputs("\n", stderr);
  std::exit(1);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target->read({reinterpret_cast<const char*>(data), size});
  return 0;
}
