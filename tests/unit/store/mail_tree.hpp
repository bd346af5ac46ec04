// Makes files for tests of mailboxes on disk, and looks at them.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/error.hpp"
#include "mail/message.hpp"
#include "temporary_folder.hpp"

namespace mbx::test {

/// Writes a file, and the folders above it. `date`: its modification time, seconds since 1970.
inline void put_file(const std::string& path, const std::string& content,
                     std::int64_t date = 1'000'000'000) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    timespec times[2]{};
    times[0].tv_sec = times[1].tv_sec = date;
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

inline std::string file_content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Paths of all files below, relative.
inline std::set<std::string> files_below(const std::string& path) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (!entry.is_directory()) {
            names.insert(std::filesystem::relative(entry.path(), path).string());
        }
    }
    return names;
}

inline constexpr const char* kPostmark = "From a@b Sat Jan  3 01:05:34 1996\n";

/// An mbox of one message.
inline std::string mbox_of(const std::string& subject) {
    return kPostmark + ("Subject: " + subject) + "\n\nbody\n\n";
}

inline mail::Message message_of(std::string text, std::int64_t date = 1'000'000'000) {
    mail::Message message;
    message.source = base::memory_source(std::move(text));
    message.internal_date = base::UnixTime{date};
    return message;
}

/// A source that fails after its first bytes.
class BrokenSource final : public base::ByteSource {
  public:
    std::uint64_t size() const override { return 1000; }
    std::unique_ptr<base::ByteReader> open() const override {
        class Reader final : public base::ByteReader {
          public:
            std::size_t read(base::MutableByteView out) override {
                if (started_) {
                    throw Error(ErrorCode::BadData, "the source is damaged");
                }
                started_ = true;
                out[0] = std::byte{'x'};
                return 1;
            }

          private:
            bool started_ = false;
        };
        return std::make_unique<Reader>();
    }
};

}  // namespace mbx::test
