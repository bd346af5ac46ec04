// A folder of the file system, held open, and what is done in it by name alone.
//
// Every step goes through the descriptor of the folder, so a mailbox whose owner puts links or
// renames things while we run cannot lead us to what belongs to others: below the root, a link to a
// file is refused, and one to a folder is followed only when that folder and the one with the link
// have the same owner.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace mbx::store {

enum class EntryKind { File, Folder, Link, Other };

struct DirectoryEntry {
    std::string name;
    EntryKind kind = EntryKind::Other;
};

/// Copies share the descriptor. What is made in it gets its mode (files without x) and, when root
/// makes it, its owner: a mailbox filled by root stays its user's.
class Directory {
  public:
    /// Follows links. Throws Error: NoInput (not there, not a folder), NotAllowed.
    static Directory open(const std::string& path);
    /// The same, made with mode 0700 (and the folders above it) when missing. Throws
    /// Error(CannotCreate).
    static Directory make(const std::string& path);

    /// Everything but "." and "..", in natural_less order.
    std::vector<DirectoryEntry> entries() const;

    /// Is there a symbolic link of that name, and does it lead to a folder?
    bool is_link_to_folder(const std::string& name) const noexcept;
    /// Does it lead to nothing, or to what cannot be looked at?
    bool is_broken_link(const std::string& name) const noexcept;

    /// nullopt when there is no folder of that name, or a link to one of another owner.
    std::optional<Directory> find_folder(const std::string& name) const;
    /// The folder that this one lies in; nullopt for "/", and when it cannot be opened.
    std::optional<Directory> parent() const;
    /// Opened, and made when missing. Throws Error(CannotCreate), also when the name is a link that
    /// is not followed.
    Directory make_folder(const std::string& name) const;

    /// nullopt when there is nothing of that name. Throws Error: BadData (no regular file),
    /// NotAllowed, Io. Never waits for the other end of a pipe.
    std::optional<base::File> find_file(const std::string& name) const;
    /// For writing; it must be new. Throws Error(CannotCreate; Io when the disk is full).
    base::File create_file(const std::string& name) const;
    /// For reading and appending, made when missing.
    base::File open_append(const std::string& name) const;
    /// The content of a small file; empty when there is none. Throws Error(BadData) above `limit`.
    std::string read_file(const std::string& name, std::uint64_t limit) const;
    /// Replaces the whole content: written aside, synced, renamed, the folder synced.
    void replace_file(const std::string& name, std::string_view content) const;

    /// May things be made in it, or may that file in it be written? Throws Error(CannotCreate) when
    /// not.
    void expect_writable() const;
    void expect_writable(const std::string& file) const;

    /// Never replaces: Error(CannotCreate) when `new_name` exists in `to`.
    void rename(const std::string& name, const Directory& to, const std::string& new_name) const;
    /// Returns false when it cannot be removed; for cleaning up.
    bool remove(const std::string& name) const noexcept;
    void sync() const;

    /// Tells the folder from all others, whatever name leads to it.
    using Identity = std::pair<std::uint64_t, std::uint64_t>;
    Identity identity() const;

    const std::string& path() const noexcept { return handle_->path(); }
    int descriptor() const noexcept { return handle_->descriptor(); }
    std::string path_of(std::string_view name) const;

  private:
    explicit Directory(base::File handle);
    void take_after(const base::File& made, bool is_folder) const;

    std::shared_ptr<const base::File> handle_;
};

/// Orders names as people count: runs of digits by their value ("2.eml" before "10.eml"), the rest
/// by bytes.
bool natural_less(std::string_view a, std::string_view b) noexcept;

/// Follows `steps` down from `root`; nullopt when one of them is missing.
std::optional<Directory> find_folder(const Directory& root, const std::vector<std::string>& steps);

}  // namespace mbx::store
