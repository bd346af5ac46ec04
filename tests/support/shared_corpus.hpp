// The shared folder of real mail and PSTs, when it is there: the environment variable MBX_SHARED,
// else the CMake variable of that name. A test that needs it skips, and says so on the screen,
// where it is not.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace mbx::test {

inline std::string shared_file(const std::string& relative) {
    const char* named = std::getenv("MBX_SHARED");
    return std::string(named != nullptr ? named : MBX_SHARED) + "/" + relative;
}

/// The files of the corpus with this extension, sorted; empty when there is no corpus.
inline std::vector<std::filesystem::path> corpus_files(const std::string& extension) {
    std::vector<std::filesystem::path> files;
    const std::string corpus = shared_file("corpus");
    if (!std::filesystem::is_directory(corpus)) {
        return files;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
        if (entry.is_regular_file() && entry.path().extension() == extension) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace mbx::test

#define MBX_NEEDS_SHARED(path)                                         \
    do {                                                               \
        if (!std::filesystem::exists(path)) {                          \
            GTEST_SKIP() << (path) << " is not there; see MBX_SHARED"; \
        }                                                              \
    } while (false)
