// Files: open, read, write, lock, and appear under their name only when they are whole.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace mbx::base {

/// An open file descriptor. Move-only. Every failure throws Error with the path as place.
class File {
  public:
    /// For reading. NoInput when it does not exist, or is a folder or a pipe (nobody's writing is
    /// waited for); NotAllowed when it may not be read.
    static File open_read(const std::string& path);
    /// For reading and writing, emptied or made for its owner only.
    /// Throws CannotCreate when it cannot be.
    static File create(const std::string& path);
    /// For appending and reading, made for its owner only when missing.
    static File open_append(const std::string& path);
    /// Without a name, in the folder $TMPDIR (default /tmp); gone when closed.
    static File temporary();
    /// Takes over a descriptor that was opened elsewhere (openat); `path` is for messages.
    static File adopt(int descriptor, std::string path) {
        return File(descriptor, std::move(path));
    }

    File() = default;
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    const std::string& path() const noexcept { return path_; }
    int descriptor() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }

    std::uint64_t size() const;
    /// Fills `out` from `offset`; fewer bytes only at the end of the file.
    std::size_t read_at(std::uint64_t offset, MutableByteView out) const;
    void write_at(std::uint64_t offset, ByteView bytes);
    /// At the current position (the end, for open_append).
    void write(ByteView bytes);
    void truncate(std::uint64_t size);
    /// Data and metadata on stable storage when it returns.
    void sync();
    /// Closes and reports what close(2) reports; the destructor closes silently.
    void close();

  private:
    File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    int fd_ = -1;
    std::string path_;
};

/// Puts a finished file under its final name: fsync of `from`, rename, fsync of the folder.
/// Both must be in one folder. Replaces an existing `to`.
void publish_file(const std::string& from, const std::string& to);

/// fsync of the folder that holds `path`.
void sync_folder_of(const std::string& path);

/// A file on its way to its name: "<target>.part", empty, its owner's only, removed when given up.
class PartFile {
  public:
    /// Throws Error(TryAgain) while another run writes it, Error(CannotCreate) when it cannot be
    /// made or is no plain file.
    explicit PartFile(const std::string& target);
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile();

    const std::string& path() const noexcept { return locked_.path(); }
    /// Gives it its name, as publish_file() does. Others may write a new one from now on.
    void publish();

  private:
    std::string target_;
    File locked_;
};

/// Replaces the whole content of `path` atomically ("<path>.part", fsync, rename, fsync of the
/// folder); a reader sees the old content or the new, also after a crash. Keeps the mode and, where
/// that is allowed, the owner of an existing file; a new one has what the umask leaves of 0666.
/// A link stays, what it leads to is replaced. A device or a pipe is written to.
void replace_file(const std::string& path, ByteView content);

/// All bytes of a file. Throws Error(BadData) when it is longer than `limit` bytes.
std::string read_file(const std::string& path, std::uint64_t limit);

/// An exclusive advisory lock (flock) on a file of its own, held until destroyed. The file stays.
class FileLock {
  public:
    /// Throws Error(TryAgain) when another process holds it and `wait` is false.
    explicit FileLock(const std::string& path, bool wait = false);

  private:
    File file_;
};

}  // namespace mbx::base
