#include "migration/list_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/range_lock.hpp"

namespace mbx::migration {
namespace {

constexpr std::uint64_t kListByte = 0;

/// The byte that stands for a recipient, wherever its row is. FNV-1a; two recipients that share a
/// byte would only wait for each other.
std::uint64_t claim_byte(const Recipient& recipient) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : list_key(recipient.alias, recipient.source)) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    constexpr std::uint64_t kLargestOffset = (std::uint64_t{1} << 62) - 1;
    return (hash & kLargestOffset) | 1;  // never kListByte
}

/// Behind symbolic links, so that all workers use one lock and no link is replaced by a file.
std::string real_path(const std::string& path) {
    // Opened first: no lock file comes to lie beside a list that is not there.
    static_cast<void>(base::File::open_read(path));
    return std::filesystem::canonical(path).string();
}

base::File open_lock(const std::string& list_path) {
    try {
        return base::File::open_append(lock_path(list_path));
    } catch (const Error& error) {
        throw Error(error.code(), error.text(),
                    "the list is changed while mailboxes move: put it where it can be written")
            .with_place(error.place());
    }
}

void check_claim_descriptor(int descriptor, const base::File& lock) {
    struct stat theirs {};
    struct stat ours {};
    const int flags = ::fcntl(descriptor, F_GETFL);
    const bool same = flags >= 0 && (flags & O_ACCMODE) == O_RDWR &&
                      ::fstat(descriptor, &theirs) == 0 && ::fstat(lock.descriptor(), &ours) == 0 &&
                      theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
    if (!same) {
        throw Error(ErrorCode::Usage,
                    fmt::format("descriptor {} is not open on {} for reading and writing",
                                descriptor, lock.path()),
                    "in bash: exec {claims}<>LIST.lock; csv-status next --claim-fd \"$claims\"");
    }
}

}  // namespace

std::string lock_path(const std::string& list_path) {
    return list_path + ".lock";
}

ListFile::ListFile(const std::string& path) : path_(real_path(path)) {
    lock_ = open_lock(path_);
    base::lock_byte(lock_.descriptor(), kListByte, lock_.path());
    list_ = RecipientList::read(path_);
}

std::optional<ListRow> ListFile::next() const {
    for (const ListRow& row : list_.rows()) {
        if (row.result.outcome == Outcome::Pending &&
            !base::is_byte_locked(lock_.descriptor(), claim_byte(row.recipient), lock_.path())) {
            return row;
        }
    }
    return std::nullopt;
}

std::optional<ListRow> ListFile::claim_next(int descriptor) {
    check_claim_descriptor(descriptor, lock_);
    std::optional<ListRow> row = next();
    // The list's lock is held, so nobody can have claimed it since.
    if (row && !base::try_lock_byte(descriptor, claim_byte(row->recipient), lock_.path())) {
        throw Error(ErrorCode::Internal, "a free row could not be claimed").with_place(path_);
    }
    return row;
}

void ListFile::set_result(std::string_view alias, std::string_view source, const Result& result) {
    RecipientList changed = list_;
    changed.set_result(alias, source, result);
    base::replace_file(path_, base::as_bytes(changed.text()));
    list_ = std::move(changed);
}

}  // namespace mbx::migration
