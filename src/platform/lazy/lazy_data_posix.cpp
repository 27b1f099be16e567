// The dynamic linker has looked for the variables at the start, and found none: what it would have written into this
// program is written now (System V ABI, "Dynamic Linking"; psABI of x86-64 1.0, 4.4: relocation types).
#include "platform/lazy/lazy_data.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <span>

namespace connector {
namespace {

/// This program's relocations, and the symbols that they name.
struct Program {
  std::uintptr_t base = 0;  ///< where it lies
  std::span<const ElfW(Rela)> relocations;
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  std::uintptr_t read_only_begin = 0;  ///< what the dynamic linker protects once it is done
  std::uintptr_t read_only_end = 0;

  template <class T>
  const T* table(ElfW(Addr) address) const {
    // glibc has replaced what stands in the file, an offset, by an address; other libraries do not.
    return reinterpret_cast<const T*>(address < base ? address + base : address);
  }

  void read_dynamic_section(const ElfW(Dyn) * entry) {
    const ElfW(Rela)* first = nullptr;
    std::size_t bytes = 0;
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_RELA) first = table<ElfW(Rela)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_RELASZ) bytes = entry->d_un.d_val;
      if (entry->d_tag == DT_SYMTAB) symbols = table<ElfW(Sym)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) names = table<char>(entry->d_un.d_ptr);
    }
    relocations = {first, bytes / sizeof(ElfW(Rela))};
  }
};

std::uintptr_t page_of(std::uintptr_t address) {
  const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return address / size * size;
}

/// dl_iterate_phdr() tells of the program first.
int describe(dl_phdr_info* info, std::size_t, void* description) {
  auto& program = *static_cast<Program*>(description);
  program.base = info->dlpi_addr;
  for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
    const std::uintptr_t begin = program.base + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) program.read_dynamic_section(reinterpret_cast<const ElfW(Dyn)*>(begin));
    if (header.p_type != PT_GNU_RELRO) continue;
    program.read_only_begin = page_of(begin);
    program.read_only_end = page_of(begin + header.p_memsz);
  }
  return 1;
}

/// Whether that is possible.
bool write(const Program& program, std::uintptr_t place, std::uintptr_t value) {
  const bool is_protected = place >= program.read_only_begin && place < program.read_only_end;
  void* const page = reinterpret_cast<void*>(page_of(place));
  if (is_protected && mprotect(page, sizeof value, PROT_READ | PROT_WRITE) != 0) return false;
  *reinterpret_cast<std::uintptr_t*>(place) = value;
  return !is_protected || mprotect(page, sizeof value, PROT_READ) == 0;
}

bool is_missing_variable(const ElfW(Rela) & relocation, const ElfW(Sym) & symbol) {
  const auto type = ELF64_R_TYPE(relocation.r_info);
  return (type == R_X86_64_GLOB_DAT || type == R_X86_64_64) && symbol.st_shndx == SHN_UNDEF &&
         ELF64_ST_BIND(symbol.st_info) == STB_WEAK;
}

}  // namespace

std::string load_with_variables(const char* library) {
  if (*library == '\0') return {};
  void* const handle = dlopen(library, RTLD_LAZY | RTLD_GLOBAL);
  if (handle == nullptr) return dlerror();
  Program program;
  dl_iterate_phdr(describe, &program);
  for (const ElfW(Rela) & relocation : program.relocations) {
    const ElfW(Sym)& symbol = program.symbols[ELF64_R_SYM(relocation.r_info)];
    if (!is_missing_variable(relocation, symbol)) continue;
    const auto variable = reinterpret_cast<std::uintptr_t>(dlsym(handle, program.names + symbol.st_name));
    if (variable == 0) continue;
    if (!write(program, program.base + relocation.r_offset,
               variable + static_cast<std::uintptr_t>(relocation.r_addend))) {
      return std::string(library) + ": this system does not let its variables be bound";
    }
  }
  return {};
}

}  // namespace connector
