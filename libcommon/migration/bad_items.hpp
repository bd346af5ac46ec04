// Messages that a move could not take along: named, counted, and their bytes kept aside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"

namespace mbx::migration {

/// Why a message stayed behind.
enum class BadKind {
    Unreadable,     ///< the source cannot give it
    Unconvertible,  ///< it cannot be expressed on the other side
    TooLarge,       ///< above what the other side takes
    Refused,        ///< the other side would not have it
    Unreached,      ///< no message but a place in the source: a link that leads nowhere
    Salvaged,       ///< it went, without what of it is damaged; listed, and counted nowhere
    Folder,         ///< a folder that cannot be read, with nobody knows how many messages
};

std::string_view to_string(BadKind kind);  ///< "unreadable", ...

struct BadItem {
    std::string folder;  ///< where it was: mail::to_string, or the PST path
    std::string id;      ///< of the message there: UID, file name, "#17", NID; may be empty
    BadKind kind = BadKind::Unreadable;
    std::string reason;
    std::string kept_as;  ///< file with its bytes; empty when they could not be had
};

/// Collects them. The folder is made with the first of them: `<folder>/000001.eml`, ..., and
/// `<folder>/list.jsonl` with one BadItem a line.
class BadItems {
  public:
    /// limit: how many a run may have and still succeed.
    BadItems(std::string folder, std::uint64_t limit);

    /// Removes what an earlier run left in the folder: called when it is certain that this run
    /// takes the earlier one's place. Pre: no add() yet. Never throws.
    void forget_earlier_run() const;

    /// `bytes` may be null. Never throws because the bytes cannot be read; throws Error(Io,
    /// CannotCreate) when they cannot be kept.
    void add(BadItem item, const base::SharedSource& bytes);

    /// Takes back all but the first `count`, files and all: for work that is begun again.
    void forget_after(std::uint64_t count);

    const std::vector<BadItem>& items() const noexcept { return items_; }
    /// All but those of kind Salvaged.
    std::uint64_t count() const noexcept;
    std::uint64_t limit() const noexcept { return limit_; }
    /// Those of kind Folder.
    std::uint64_t folders() const noexcept;
    /// More than the limit. A folder is more than any: the limit is one of messages.
    bool too_many() const noexcept { return count() > limit_ || folders() > 0; }
    const std::string& folder() const noexcept { return folder_; }

    /// The end of a run that has too many: Error(BadData) that says how many and where they are.
    Error too_many_error() const;

  private:
    void begin();
    std::string keep(const base::ByteSource& bytes);

    std::string folder_;
    std::uint64_t limit_;
    std::vector<BadItem> items_;
};

}  // namespace mbx::migration
