// Every message below a folder: .eml files, Maildirs, and the messages of mboxes.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"

namespace mbx::convert::test {

namespace detail {

inline bool is_maildir_file(const std::filesystem::path& path) {
    const std::string folder = path.parent_path().filename().string();
    return folder == "cur" || folder == "new" ||
           path.filename().string().find(":2,") != std::string::npos;
}

/// Cuts at lines that begin with "From " behind a blank line or at the beginning; enough for a test
/// of what reads the messages.
inline void split_mbox(std::string_view text, const std::function<void(std::string_view)>& sink) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = text.find("\nFrom ", at);
        const std::size_t end = next == std::string_view::npos ? text.size() : next + 1;
        sink(text.substr(begin, end - begin));
        begin = end;
        at = end;
    }
}

}  // namespace detail

/// Calls sink(path, bytes) for each message, in the order of the paths; returns how many there
/// were.
inline std::size_t for_each_message(
    const std::string& folder,
    const std::function<void(const std::string&, std::string_view)>& sink) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto& path = entry.path();
        if (entry.is_regular_file() && (path.extension() == ".eml" || path.extension() == ".mbox" ||
                                        detail::is_maildir_file(path))) {
            files.push_back(path);
        }
    }
    std::sort(files.begin(), files.end());
    std::size_t count = 0;
    for (const auto& path : files) {
        const std::string text = base::read_file(path.string(), std::uint64_t{1} << 30);
        const auto take = [&](std::string_view message) {
            ++count;
            sink(path.string(), message);
        };
        if (path.extension() == ".mbox") {
            detail::split_mbox(text, take);
        } else {
            take(text);
        }
    }
    return count;
}

}  // namespace mbx::convert::test
