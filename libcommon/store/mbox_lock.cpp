#include "store/mbox_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::seconds kReadPatience{2};
constexpr std::chrono::seconds kWritePatience{10};

/// Locks that belong to the open file and not to the process (OFD): closing another descriptor of
/// the same file does not drop them. False when somebody else holds one.
bool set_lock(int descriptor, short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) == 0) {
        return true;
    }
    if (errno == EAGAIN || errno == EACCES) {
        return false;
    }
    if (errno == ENOLCK || errno == EINVAL || errno == EOPNOTSUPP) {
        return true;  // a file system without locks; there nobody can hold one
    }
    throw system_error(errno, "cannot lock");
}

template <typename Try>
bool keep_trying(std::chrono::seconds patience, Try attempt) {
    const auto end = steady_clock::now() + patience;
    while (!attempt()) {
        if (steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(kPause);
    }
    return true;
}

}  // namespace

std::optional<MboxReadLock> MboxReadLock::try_lock(const base::File& file) {
    const int descriptor = file.descriptor();
    const bool locked = keep_trying(kReadPatience, [&] { return set_lock(descriptor, F_RDLCK); });
    return locked ? std::optional(MboxReadLock(descriptor)) : std::nullopt;
}

MboxReadLock::MboxReadLock(MboxReadLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

MboxReadLock::~MboxReadLock() {
    if (descriptor_ >= 0) {
        struct flock lock {};
        lock.l_type = F_UNLCK;
        lock.l_whence = SEEK_SET;
        ::fcntl(descriptor_, F_OFD_SETLK, &lock);
    }
}

MboxWriteLock::MboxWriteLock(const base::File& file, Directory folder, const std::string& name,
                             const base::StopFlag& stop)
    : file_(file), folder_(std::move(folder)), lock_name_(name + ".lock") {
    bool locked = false;
    const bool both = keep_trying(kWritePatience, [&] {
        if (stop.requested()) {
            return true;
        }
        locked = locked || set_lock(file_.descriptor(), F_WRLCK);
        return locked && make_lock_file();
    });
    if (!both || stop.requested()) {
        unlock_file();
        if (has_lock_file_) {
            folder_.remove(lock_name_);
        }
        throw Error(ErrorCode::TryAgain,
                    both ? "stopped while waiting for a lock" : "another program has locked it",
                    both ? ""
                         : fmt::format("when no program uses the mailbox, remove {}",
                                       base::escape(folder_.path_of(lock_name_))))
            .with_place(base::escape(file_.path()));
    }
}

MboxWriteLock::~MboxWriteLock() {
    if (has_lock_file_) {
        folder_.remove(lock_name_);
    }
    unlock_file();
}

/// False when somebody else has made it. Written aside and renamed: one that a killed process has
/// left must always name it, or it would never be seen to be stale.
bool MboxWriteLock::make_lock_file() {
    const std::string aside = "." + lock_name_ + ".mbx-part";
    try {
        folder_.remove(aside);
        base::File lock = folder_.create_file(aside);
        lock.write(base::as_bytes(fmt::format("{}\n", ::getpid())));
        folder_.rename(aside, folder_, lock_name_);
        has_lock_file_ = true;
        return true;
    } catch (const Error&) {
        folder_.remove(aside);
        const bool exists =
            ::faccessat(folder_.descriptor(), lock_name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        return exists ? remove_stale_lock_file() && make_lock_file() : true;
    }
}

/// Only under the fcntl lock, so that no two of us do it at once.
bool MboxWriteLock::remove_stale_lock_file() {
    constexpr std::uint64_t kLargest = 1024;
    const std::string text = folder_.read_file(lock_name_, kLargest);
    const std::string_view digits = base::trim(text);
    pid_t process = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), process);
    const bool is_number =
        failure == std::errc() && end == digits.data() + digits.size() && process > 0;
    return is_number && ::kill(process, 0) != 0 && errno == ESRCH && folder_.remove(lock_name_);
}

void MboxWriteLock::unlock_file() const noexcept {
    struct flock lock {};
    lock.l_type = F_UNLCK;
    lock.l_whence = SEEK_SET;
    ::fcntl(file_.descriptor(), F_OFD_SETLK, &lock);
}

}  // namespace mbx::store
