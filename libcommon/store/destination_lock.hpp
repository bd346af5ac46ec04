// Keeps two imports from filling the same mailbox on disk at the same time.
#pragma once

#include "base/file.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::store {

/// An advisory lock (flock) on the mailbox itself, its folder or single file, held until destroyed:
/// nothing is written that a mail server could take for mail. Only imports look at it. A mailbox on
/// a server, and a file system without locks, are not locked.
class DestinationLock {
  public:
    /// Pre: the mailbox is there. Throws Error(TryAgain) when another import holds it.
    explicit DestinationLock(const MailboxUrl& url);

  private:
    base::File mailbox_;
};

}  // namespace mbx::store
