#include "base/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "base/sha256.hpp"

namespace mbx::base {

Guid RandomIds::next_guid() {
    Guid id{};
    if (::getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
        throw system_error(errno, "cannot get random numbers");
    }
    return id;
}

Guid SeededIds::next_guid() {
    Bytes input;
    append_le(input, seed_);
    append_le(input, count_++);
    const Sha256Digest digest = sha256(input);
    Guid id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

}  // namespace mbx::base
