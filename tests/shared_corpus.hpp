// Where the corpus of real files lies: the environment variable MBX_SHARED, else the CMake variable
// of that name. A test that needs it skips, and says so on the screen, where it is not.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace mbx::test {

inline std::string shared_file(const std::string& relative) {
    const char* told = std::getenv("MBX_SHARED");
    return std::string(told != nullptr ? told : MBX_SHARED) + "/" + relative;
}

}  // namespace mbx::test

#define MBX_NEEDS_SHARED(path)                                         \
    do {                                                               \
        if (!std::filesystem::exists(path)) {                          \
            GTEST_SKIP() << (path) << " is not there; see MBX_SHARED"; \
        }                                                              \
    } while (false)
