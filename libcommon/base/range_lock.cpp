#include "base/range_lock.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/error.hpp"

namespace mbx::base {
namespace {

struct flock range(std::uint64_t byte) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(byte);
    lock.l_len = 1;
    return lock;
}

int control(int descriptor, int command, struct flock& lock) {
    for (;;) {
        const int result = ::fcntl(descriptor, command, &lock);
        if (result == 0 || errno != EINTR) {
            return result;
        }
    }
}

[[noreturn]] void fail(const std::string& path) {
    throw system_error(errno, "cannot lock").with_place(path);
}

}  // namespace

bool try_lock_byte(int descriptor, std::uint64_t byte, const std::string& path) {
    struct flock lock = range(byte);
    if (control(descriptor, F_OFD_SETLK, lock) == 0) {
        return true;
    }
    if (errno == EAGAIN || errno == EACCES) {
        return false;
    }
    fail(path);
}

void lock_byte(int descriptor, std::uint64_t byte, const std::string& path) {
    struct flock lock = range(byte);
    if (control(descriptor, F_OFD_SETLKW, lock) != 0) {
        fail(path);
    }
}

bool is_byte_locked(int descriptor, std::uint64_t byte, const std::string& path) {
    struct flock lock = range(byte);
    if (control(descriptor, F_OFD_GETLK, lock) != 0) {
        fail(path);
    }
    return lock.l_type != F_UNLCK;
}

}  // namespace mbx::base
