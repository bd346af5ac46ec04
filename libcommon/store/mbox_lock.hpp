// Locks that mail programs respect on an mbox: fcntl(2) on the file, and "<file>.lock" beside it.
#pragma once

#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/stop.hpp"
#include "store/directory.hpp"

namespace mbx::store {

/// Shared, on the open file; nothing is written. Held until destroyed.
class MboxReadLock {
  public:
    /// nullopt when a writer does not let go within two seconds.
    static std::optional<MboxReadLock> try_lock(const base::File& file);
    MboxReadLock(MboxReadLock&& other) noexcept;
    MboxReadLock& operator=(MboxReadLock&&) = delete;
    MboxReadLock(const MboxReadLock&) = delete;
    MboxReadLock& operator=(const MboxReadLock&) = delete;
    ~MboxReadLock();

  private:
    explicit MboxReadLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

/// Exclusive, both ways. Where the folder allows no new file (/var/mail), fcntl alone must do. A
/// lock file whose process has died on this machine is removed.
class MboxWriteLock {
  public:
    /// `file` is open for writing, named `name` in `folder`, and outlives the lock. Throws
    /// Error(TryAgain) when another program does not let go within ten seconds, or `stop` is
    /// requested.
    MboxWriteLock(const base::File& file, Directory folder, const std::string& name,
                  const base::StopFlag& stop);
    ~MboxWriteLock();
    MboxWriteLock(const MboxWriteLock&) = delete;
    MboxWriteLock& operator=(const MboxWriteLock&) = delete;

  private:
    bool make_lock_file();
    bool remove_stale_lock_file();
    void unlock_file() const noexcept;

    const base::File& file_;
    Directory folder_;
    std::string lock_name_;
    bool has_lock_file_ = false;
};

}  // namespace mbx::store
