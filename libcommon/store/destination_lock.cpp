#include "store/destination_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store {

DestinationLock::DestinationLock(const MailboxUrl& url) {
    if (url.kind == StoreKind::Imap) {
        return;
    }
    const int descriptor = ::open(url.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        throw system_error(errno, "cannot open").with_place(base::escape(url.path));
    }
    mailbox_ = base::File::adopt(descriptor, url.path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        throw Error(ErrorCode::TryAgain, "another import into this mailbox is at work",
                    "wait for it to end, then run again")
            .with_place(base::escape(url.path));
    }
}

}  // namespace mbx::store
