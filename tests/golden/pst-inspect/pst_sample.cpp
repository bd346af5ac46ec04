// Writes the sample store of the tests.
#include <cstdio>
#include <exception>

#include "support/sample_store.hpp"

int main(int argc, char* argv[]) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: pst-sample FILE.pst\n");
        return 64;
    }
    try {
        mbx::test::write_sample_store(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "pst-sample: %s\n", error.what());
        return 1;
    }
    return 0;
}
