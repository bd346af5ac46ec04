#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/byte_source.hpp"
#include "base/error.hpp"

namespace mbx::base {
namespace {

constexpr std::size_t kLargestTransfer = std::size_t{1} << 30;

[[noreturn]] void fail(std::string_view action, const std::string& path,
                       ErrorCode fallback = ErrorCode::Io) {
    throw system_error(errno, action, fallback).with_place(path);
}

[[noreturn]] void fail_create(const std::string& path) {
    const Error cause = system_error(errno, "cannot create");
    const ErrorCode code =
        errno == ENOENT || errno == ENOTDIR ? ErrorCode::CannotCreate : cause.code();
    throw Error(code == ErrorCode::NotAllowed ? ErrorCode::CannotCreate : code, cause.text())
        .with_place(path);
}

template <typename Call>
auto retry(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) {
            return result;
        }
    }
}

File make_file(const std::string& path, int flags, mode_t mode) {
    const int fd =
        retry([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, mode); });
    if (fd < 0) {
        if (errno == ELOOP) {
            throw Error(ErrorCode::CannotCreate, "is a link", "remove it").with_place(path);
        }
        fail_create(path);
    }
    return File::adopt(fd, path);
}

/// Removes a file that has not got its final name.
struct Unfinished {
    explicit Unfinished(std::string name) : path(std::move(name)) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() { ::unlink(path.c_str()); }

    const std::string path;
};

struct stat status_of(const File& file) {
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) {
        fail("cannot read its status", file.path());
    }
    return status;
}

/// Another run may have renamed or removed it since it was opened.
bool has_its_name_still(const struct stat& opened, const std::string& path) {
    struct stat named {};
    return ::lstat(path.c_str(), &named) == 0 && named.st_dev == opened.st_dev &&
           named.st_ino == opened.st_ino;
}

/// Empty, locked, and its owner's only.
File take_part(const std::string& path) {
    for (;;) {
        // Not through a link: whoever may write into the folder could lay one to any file of ours.
        File file = make_file(path, O_NOFOLLOW, 0600);
        if (retry([&] { return ::flock(file.descriptor(), LOCK_EX | LOCK_NB); }) != 0 &&
            errno == EWOULDBLOCK) {
            throw Error(ErrorCode::TryAgain, "another run is writing this file",
                        "wait for it to end, then run again")
                .with_place(path);
        }
        const struct stat status = status_of(file);
        if (!has_its_name_still(status, path)) {
            continue;
        }
        if (!S_ISREG(status.st_mode) || status.st_nlink > 1) {
            throw Error(ErrorCode::CannotCreate, "is not a file of an earlier run", "remove it")
                .with_place(path);
        }
        if (::fchmod(file.descriptor(), 0600) != 0) {
            fail("cannot set its mode", path);
        }
        file.truncate(0);
        return file;
    }
}

/// Where a link leads.
std::string followed(const std::string& path) {
    std::error_code ignored;
    const bool is_link = std::filesystem::is_symlink(path, ignored);
    const std::filesystem::path target =
        is_link ? std::filesystem::canonical(path, ignored) : std::filesystem::path();
    return target.empty() ? path : target.string();
}

void write_in_place(const std::string& path, ByteView content) {
    const int fd = retry([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); });
    if (fd < 0) {
        fail_create(path);
    }
    File file = File::adopt(fd, path);
    file.write(content);
    file.close();
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace

File File::open_read(const std::string& path) {
    // A pipe without a writer would be waited for, whatever signals come.
    const int fd = retry([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); });
    if (fd < 0) {
        fail("cannot open", path, ErrorCode::NoInput);
    }
    File file(fd, path);
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        fail("cannot read its status", path);
    }
    if (S_ISDIR(status.st_mode)) {
        throw Error(ErrorCode::NoInput, "is a folder, not a file").with_place(path);
    }
    if (S_ISFIFO(status.st_mode)) {
        throw Error(ErrorCode::NoInput, "is a pipe, not a file").with_place(path);
    }
    return file;
}

File File::create(const std::string& path) {
    return make_file(path, O_TRUNC, 0600);
}

File File::open_append(const std::string& path) {
    const int fd =
        retry([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600); });
    if (fd < 0) {
        fail_create(path);
    }
    return File(fd, path);
}

File File::temporary() {
    const char* folder = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets it
    std::string name =
        std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/mbx-XXXXXX";
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) {
        fail_create(name);
    }
    ::unlink(name.c_str());
    return File(fd, name);
}

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

File::~File() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

std::uint64_t File::size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) {
        fail("cannot read its size", path_);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t File::read_at(std::uint64_t offset, MutableByteView out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const std::size_t want = std::min(out.size() - done, kLargestTransfer);
        const ssize_t n = retry([&] {
            return ::pread(fd_, out.data() + done, want, static_cast<off_t>(offset + done));
        });
        if (n < 0) {
            fail("cannot read", path_);
        }
        if (n == 0) {
            break;
        }
        done += static_cast<std::size_t>(n);
    }
    return done;
}

void File::write_at(std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t want = std::min(bytes.size(), kLargestTransfer);
        const ssize_t n =
            retry([&] { return ::pwrite(fd_, bytes.data(), want, static_cast<off_t>(offset)); });
        if (n < 0) {
            fail("cannot write", path_);
        }
        offset += static_cast<std::uint64_t>(n);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

void File::write(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t want = std::min(bytes.size(), kLargestTransfer);
        const ssize_t n = retry([&] { return ::write(fd_, bytes.data(), want); });
        if (n < 0) {
            fail("cannot write", path_);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

void File::truncate(std::uint64_t size) {
    if (retry([&] { return ::ftruncate(fd_, static_cast<off_t>(size)); }) != 0) {
        fail("cannot change its size", path_);
    }
}

void File::sync() {
    if (retry([&] { return ::fsync(fd_); }) != 0) {
        fail("cannot bring it to stable storage", path_);
    }
}

void File::close() {
    const int fd = std::exchange(fd_, -1);
    if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) {
        fail("cannot close", path_);
    }
}

void sync_folder_of(const std::string& path) {
    const std::string folder = folder_of(path);
    const int fd =
        retry([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) {
        fail("cannot open the folder", folder);
    }
    const int result = retry([&] { return ::fsync(fd); });
    const int error_number = errno;
    ::close(fd);
    // Some file systems (network shares, FAT on media) cannot sync a folder and say so with EINVAL.
    if (result != 0 && error_number != EINVAL && error_number != EROFS) {
        errno = error_number;
        fail("cannot sync the folder", folder);
    }
}

void publish_file(const std::string& from, const std::string& to) {
    const int fd = retry([&] { return ::open(from.c_str(), O_RDONLY | O_CLOEXEC); });
    if (fd < 0) {
        fail("cannot open", from);
    }
    const int synced = retry([&] { return ::fsync(fd); });
    const int error_number = errno;
    ::close(fd);
    if (synced != 0) {
        errno = error_number;
        fail("cannot bring it to stable storage", from);
    }
    if (::rename(from.c_str(), to.c_str()) != 0) {
        fail("cannot rename to its final name", to, ErrorCode::CannotCreate);
    }
    sync_folder_of(to);
}

void replace_file(const std::string& path, ByteView content) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        write_in_place(path, content);
        return;
    }
    const std::string target = followed(path);
    const Unfinished part(target + ".part");
    ::unlink(part.path.c_str());
    File file = make_file(part.path, O_EXCL, 0666);
    if (exists) {
        // Only root can give a file away; what another has made stays ours then.
        static_cast<void>(::fchown(file.descriptor(), status.st_uid, status.st_gid) == 0);
        if (::fchmod(file.descriptor(), status.st_mode & 07777) != 0) {
            fail("cannot set its mode", part.path);
        }
    }
    file.write(content);
    file.sync();
    file.close();
    publish_file(part.path, target);
}

PartFile::PartFile(const std::string& target)
    : target_(target), locked_(take_part(target + ".part")) {}

PartFile::~PartFile() {
    if (locked_.is_open()) {
        ::unlink(path().c_str());
    }
}

void PartFile::publish() {
    publish_file(path(), target_);
    locked_.close();
}

std::string read_file(const std::string& path, std::uint64_t limit) {
    try {
        const SharedSource source = file_source(path);
        return read_all_text(*source, limit);
    } catch (Error& error) {
        throw error.place().empty() ? error.with_place(path) : error;
    }
}

FileLock::FileLock(const std::string& path, bool wait) : file_(File::open_append(path)) {
    if (retry([&] { return ::flock(file_.descriptor(), LOCK_EX | (wait ? 0 : LOCK_NB)); }) != 0) {
        if (errno == EWOULDBLOCK) {
            throw Error(ErrorCode::TryAgain, "another process holds the lock",
                        "wait for it to end, then run again")
                .with_place(path);
        }
        fail("cannot lock", path);
    }
}

}  // namespace mbx::base
