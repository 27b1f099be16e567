#include "catalogue.h"
#include "program.h"

int main(int argc, char** argv) {
  return connector::run_program(argc, argv, connector::catalogue);
}
