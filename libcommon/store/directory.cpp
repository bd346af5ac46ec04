#include "store/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Error failure(std::string_view action, std::string_view path, ErrorCode fallback) {
    return system_error(errno, action, fallback).with_place(base::escape(path));
}

/// What cannot be made is CannotCreate, whatever the reason; only a full or broken disk stays Io.
Error creation_failure(std::string_view action, std::string_view path) {
    const Error cause = system_error(errno, action, ErrorCode::CannotCreate);
    const ErrorCode code = cause.code() == ErrorCode::Io ? ErrorCode::Io : ErrorCode::CannotCreate;
    return Error(code, cause.text()).with_place(base::escape(path));
}

EntryKind kind_of_mode(mode_t mode) noexcept {
    if (S_ISREG(mode)) {
        return EntryKind::File;
    }
    if (S_ISDIR(mode)) {
        return EntryKind::Folder;
    }
    return S_ISLNK(mode) ? EntryKind::Link : EntryKind::Other;
}

/// Some file systems do not say the type while listing; those are asked entry by entry.
EntryKind kind_of_entry(int folder, const dirent& entry) {
    switch (entry.d_type) {
        case DT_REG:
            return EntryKind::File;
        case DT_DIR:
            return EntryKind::Folder;
        case DT_LNK:
            return EntryKind::Link;
        case DT_UNKNOWN: {
            struct stat status {};
            const bool known = ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0;
            return known ? kind_of_mode(status.st_mode) : EntryKind::Other;
        }
        default:
            return EntryKind::Other;
    }
}

struct stat status_of(const base::File& file) {
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) {
        throw failure("cannot read its status", file.path(), ErrorCode::Io);
    }
    return status;
}

/// What root makes in somebody's mailbox is theirs. File systems without owners show one for all.
void give_owner(const base::File& made, const struct stat& above) {
    const struct stat now = status_of(made);
    const bool differs = now.st_uid != above.st_uid || now.st_gid != above.st_gid;
    if (differs && ::geteuid() == 0 &&
        ::fchown(made.descriptor(), above.st_uid, above.st_gid) != 0) {
        throw creation_failure("cannot set its owner", made.path());
    }
}

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Takes a run of digits off the front, without its leading zeros.
std::string_view take_digits(std::string_view& text) noexcept {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) {
        ++end;
    }
    std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

}  // namespace

Directory::Directory(base::File handle)
    : handle_(std::make_shared<const base::File>(std::move(handle))) {}

Directory Directory::open(const std::string& path) {
    const int fd = ::open(path.c_str(), kFolderFlags);
    if (fd < 0) {
        throw failure("cannot open the folder", path, ErrorCode::NoInput);
    }
    return Directory(base::File::adopt(fd, path));
}

Directory Directory::make(const std::string& path) {
    if (const int fd = ::open(path.c_str(), kFolderFlags); fd >= 0) {
        return Directory(base::File::adopt(fd, path));
    }
    if (errno != ENOENT) {
        throw creation_failure("cannot open the folder", path);
    }
    std::filesystem::path clean = std::filesystem::path(path).lexically_normal();
    if (!clean.has_filename()) {
        clean = clean.parent_path();
    }
    const std::string parent = clean.parent_path().string();
    const Directory above = make(parent.empty() ? "." : parent);
    const std::string name = clean.filename().string();
    if (::mkdirat(above.handle_->descriptor(), name.c_str(), 0700) != 0 && errno != EEXIST) {
        throw creation_failure("cannot create the folder", path);
    }
    const int fd = ::open(path.c_str(), kFolderFlags);
    if (fd < 0) {
        throw creation_failure("cannot open the folder", path);
    }
    Directory made(base::File::adopt(fd, path));
    give_owner(*made.handle_, status_of(*above.handle_));
    return made;
}

std::vector<DirectoryEntry> Directory::entries() const {
    // A descriptor of its own, since the position in a listing belongs to the open folder.
    const int fd = ::openat(handle_->descriptor(), ".", kFolderFlags);
    if (fd < 0) {
        throw failure("cannot list the folder", path(), ErrorCode::Io);
    }
    const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd));
    if (!folder) {
        ::close(fd);
        throw failure("cannot list the folder", path(), ErrorCode::Io);
    }
    std::vector<DirectoryEntry> result;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            result.push_back({std::string(name), kind_of_entry(fd, *entry)});
        }
        errno = 0;
    }
    if (errno != 0) {
        throw failure("cannot list the folder", path(), ErrorCode::Io);
    }
    std::sort(result.begin(), result.end(), [](const DirectoryEntry& a, const DirectoryEntry& b) {
        return natural_less(a.name, b.name);
    });
    return result;
}

bool Directory::is_link_to_folder(const std::string& name) const noexcept {
    struct stat link {};
    struct stat target {};
    const int fd = handle_->descriptor();
    return ::fstatat(fd, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode) &&
           ::fstatat(fd, name.c_str(), &target, 0) == 0 && S_ISDIR(target.st_mode);
}

bool Directory::is_broken_link(const std::string& name) const noexcept {
    struct stat link {};
    struct stat target {};
    const int fd = handle_->descriptor();
    return ::fstatat(fd, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode) &&
           ::fstatat(fd, name.c_str(), &target, 0) != 0;
}

std::optional<Directory> Directory::find_folder(const std::string& name) const {
    int fd = ::openat(handle_->descriptor(), name.c_str(), kFolderFlags | O_NOFOLLOW);
    const bool may_be_link = fd < 0 && (errno == ENOTDIR || errno == ELOOP);
    if (may_be_link) {
        fd = ::openat(handle_->descriptor(), name.c_str(), kFolderFlags);
    }
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
            return std::nullopt;
        }
        throw failure("cannot open the folder", path_of(name), ErrorCode::Io);
    }
    Directory folder(base::File::adopt(fd, path_of(name)));
    if (may_be_link && status_of(*folder.handle_).st_uid != status_of(*handle_).st_uid) {
        return std::nullopt;
    }
    return folder;
}

std::optional<Directory> Directory::parent() const {
    const int fd = ::openat(handle_->descriptor(), "..", kFolderFlags);
    if (fd < 0) {
        return std::nullopt;
    }
    Directory above(base::File::adopt(fd, path_of("..")));
    return above.identity() != identity() ? std::optional(std::move(above)) : std::nullopt;
}

Directory::Identity Directory::identity() const {
    const struct stat status = status_of(*handle_);
    return {status.st_dev, status.st_ino};
}

Directory Directory::make_folder(const std::string& name) const {
    const bool made = ::mkdirat(handle_->descriptor(), name.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) {
        throw creation_failure("cannot create the folder", path_of(name));
    }
    std::optional<Directory> folder = find_folder(name);
    if (!folder) {
        throw Error(ErrorCode::CannotCreate,
                    "is not a folder, or a symbolic link that is not followed")
            .with_place(base::escape(path_of(name)));
    }
    if (made) {
        take_after(*folder->handle_, true);
        sync();
    }
    return *std::move(folder);
}

std::optional<base::File> Directory::find_file(const std::string& name) const {
    const int fd = ::openat(handle_->descriptor(), name.c_str(),
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        if (errno == ELOOP) {
            throw Error(ErrorCode::BadData, "is a symbolic link, which is not followed",
                        "put the file itself in its place")
                .with_place(base::escape(path_of(name)));
        }
        throw failure("cannot open", path_of(name), ErrorCode::Io);
    }
    base::File file = base::File::adopt(fd, path_of(name));
    if (!S_ISREG(status_of(file).st_mode)) {
        throw Error(ErrorCode::BadData, "is not a regular file")
            .with_place(base::escape(file.path()));
    }
    return file;
}

base::File Directory::create_file(const std::string& name) const {
    const int fd = ::openat(handle_->descriptor(), name.c_str(),
                            O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        throw creation_failure("cannot create", path_of(name));
    }
    base::File file = base::File::adopt(fd, path_of(name));
    take_after(file, false);
    return file;
}

base::File Directory::open_append(const std::string& name) const {
    constexpr int kFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const int fd = ::openat(handle_->descriptor(), name.c_str(), kFlags);
    if (fd >= 0) {
        base::File file = base::File::adopt(fd, path_of(name));
        if (!S_ISREG(status_of(file).st_mode)) {
            throw Error(ErrorCode::CannotCreate, "is not a regular file")
                .with_place(base::escape(file.path()));
        }
        return file;
    }
    if (errno != ENOENT) {
        throw creation_failure("cannot open for writing", path_of(name));
    }
    const int made = ::openat(handle_->descriptor(), name.c_str(), kFlags | O_CREAT | O_EXCL, 0600);
    if (made < 0) {
        throw creation_failure("cannot create", path_of(name));
    }
    base::File file = base::File::adopt(made, path_of(name));
    take_after(file, false);
    sync();
    return file;
}

std::string Directory::read_file(const std::string& name, std::uint64_t limit) const {
    const std::optional<base::File> file = find_file(name);
    if (!file) {
        return {};
    }
    const std::uint64_t size = file->size();
    if (size > limit) {
        throw Error(ErrorCode::BadData, "is larger than such a file can be")
            .with_place(base::escape(file->path()));
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    text.resize(file->read_at(0, std::as_writable_bytes(std::span(text.data(), text.size()))));
    return text;
}

void Directory::replace_file(const std::string& name, std::string_view content) const {
    const std::string aside = "." + name + ".mbx-part";
    remove(aside);
    base::File file = create_file(aside);
    file.write(base::as_bytes(content));
    file.sync();
    file.close();
    if (::renameat(handle_->descriptor(), aside.c_str(), handle_->descriptor(), name.c_str()) !=
        0) {
        throw creation_failure("cannot rename to its final name", path_of(name));
    }
    sync();
}

void Directory::expect_writable() const {
    if (::faccessat(handle_->descriptor(), ".", W_OK | X_OK, 0) != 0) {
        throw creation_failure("nothing can be made in the folder", path());
    }
}

void Directory::expect_writable(const std::string& file) const {
    if (::faccessat(handle_->descriptor(), file.c_str(), W_OK, 0) != 0) {
        throw creation_failure("cannot be written", path_of(file));
    }
}

void Directory::rename(const std::string& name, const Directory& to,
                       const std::string& new_name) const {
    const int from_fd = handle_->descriptor();
    const int to_fd = to.handle_->descriptor();
    if (::renameat2(from_fd, name.c_str(), to_fd, new_name.c_str(), RENAME_NOREPLACE) == 0) {
        return;
    }
    // Network file systems often know no RENAME_NOREPLACE; a hard link gives the same promise.
    if (errno == EINVAL || errno == ENOSYS) {
        if (::linkat(from_fd, name.c_str(), to_fd, new_name.c_str(), 0) == 0) {
            ::unlinkat(from_fd, name.c_str(), 0);
            return;
        }
    }
    throw creation_failure("cannot rename to its final name", to.path_of(new_name));
}

bool Directory::remove(const std::string& name) const noexcept {
    return ::unlinkat(handle_->descriptor(), name.c_str(), 0) == 0;
}

void Directory::sync() const {
    // Some file systems (network shares, FAT on media) cannot sync a folder and say so with EINVAL.
    if (::fsync(handle_->descriptor()) != 0 && errno != EINVAL && errno != EROFS) {
        throw failure("cannot sync the folder", path(), ErrorCode::Io);
    }
}

std::string Directory::path_of(std::string_view name) const {
    std::string result = path();
    if (result.empty() || result.back() != '/') {
        result += '/';
    }
    return result += name;
}

void Directory::take_after(const base::File& made, bool is_folder) const {
    const struct stat mine = status_of(*handle_);
    give_owner(made, mine);
    const mode_t mode = (mine.st_mode & (is_folder ? 02777U : 0666U)) | 0600U;
    if (::fchmod(made.descriptor(), mode) != 0) {
        throw creation_failure("cannot set its mode", made.path());
    }
}

bool natural_less(std::string_view a, std::string_view b) noexcept {
    const std::string_view whole_a = a;
    const std::string_view whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const std::string_view x = take_digits(a);
            const std::string_view y = take_digits(b);
            if (x != y) {
                return x.size() != y.size() ? x.size() < y.size() : x < y;
            }
        } else if (a.front() != b.front()) {
            return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
        } else {
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.size() != b.size() ? a.size() < b.size() : whole_a < whole_b;
}

std::optional<Directory> find_folder(const Directory& root, const std::vector<std::string>& steps) {
    std::optional<Directory> folder = root;
    for (const std::string& step : steps) {
        folder = folder->find_folder(step);
        if (!folder) {
            break;
        }
    }
    return folder;
}

}  // namespace mbx::store
