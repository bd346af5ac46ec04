// The shared folder of real mail and PSTs, when it is there: the environment variable MBX_SHARED,
// else the CMake variable of that name. Suites of tests that need it are named Corpus...: CTest
// knows them only where it is.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
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

inline bool is_of_corpus() {
    const auto* const info = ::testing::UnitTest::GetInstance()->current_test_info();
    return std::string_view(info->test_suite_name()).starts_with("Corpus");
}

}  // namespace mbx::test

/// For runs by hand. Pre: the suite's name begins with "Corpus".
#define MBX_NEEDS_SHARED(path)                                         \
    do {                                                               \
        ASSERT_TRUE(::mbx::test::is_of_corpus());                      \
        if (!std::filesystem::exists(path)) {                          \
            GTEST_SKIP() << (path) << " is not there; see MBX_SHARED"; \
        }                                                              \
    } while (false)
