// A recipient list on disk, shared by several workers: claimed row by row, changed atomically.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "migration/recipient_list.hpp"

namespace mbx::migration {

/// Works on LIST under a lock in LIST.lock, a file that stays and is always empty.
///
/// A claim is a lock too, on another byte of that file, and belongs to the worker's own opening of
/// it: the worker opens LIST.lock, keeps it open, and hands its descriptor to claim_next(). When
/// the worker and everything it has started are gone, however they ended, their claims are gone;
/// nothing is left behind that a rerun would have to clean up.
class ListFile {
  public:
    /// Waits for the lock, and reads the list. Throws Error: what RecipientList::read() throws,
    /// CannotCreate when LIST.lock cannot be made.
    explicit ListFile(const std::string& path);

    const RecipientList& list() const noexcept { return list_; }

    /// The first pending row that no worker has claimed; nullopt when there is none.
    std::optional<ListRow> next() const;
    /// The same, and claims it for the opening of LIST.lock that `descriptor` belongs to. Rows that
    /// this opening has claimed before are skipped as well. Throws Error(Usage) when the descriptor
    /// is not open on LIST.lock for reading and writing.
    std::optional<ListRow> claim_next(int descriptor);

    /// Writes the result into the list on disk. Throws Error as RecipientList::set_result() and
    /// base::replace_file(); the file is then as it was.
    void set_result(std::string_view alias, std::string_view source, const Result& result);

  private:
    std::string path_;
    base::File lock_;
    RecipientList list_;
};

/// LIST.lock.
std::string lock_path(const std::string& list_path);

}  // namespace mbx::migration
