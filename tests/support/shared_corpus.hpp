// The folder of real mail that larger tests use, when it is there.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace mbx::test {

/// Environment variable MBX_SHARED, else the path set at configuration.
inline std::filesystem::path shared_folder() {
    const char* named = std::getenv("MBX_SHARED");
    return named != nullptr ? named : MBX_SHARED;
}

/// The files of the corpus with this extension, sorted; empty when there is no corpus.
inline std::vector<std::filesystem::path> corpus_files(const std::string& extension) {
    std::vector<std::filesystem::path> files;
    const std::filesystem::path corpus = shared_folder() / "corpus";
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

/// Ends the test with a word on the screen when the corpus is not there.
#define MBX_NEED_CORPUS(files) \
    if ((files).empty())       \
    GTEST_SKIP() << "no corpus in " << mbx::test::shared_folder() << " (set MBX_SHARED)"
