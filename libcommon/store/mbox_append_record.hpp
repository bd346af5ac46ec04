// How long an mbox was when a writer last knew it whole, so that a killed one leaves no message cut
// short.
//
// While a writer is at work, the file ".<name>.mbx" beside the mbox holds one line: the size up to
// which messages are whole and on stable storage, and the device and inode of the mbox. A writer
// that ends takes it away; one that is killed leaves it, and what lies behind that size then is of
// unknown fate and in nobody's journal. It is cut off, unless it is not all ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/directory.hpp"

namespace mbx::store {

/// Pre: whoever makes one holds the lock of the mbox. In a folder that allows no new file there is
/// none, and nothing is promised.
class MboxAppendRecord {
  public:
    /// On stable storage when it returns.
    MboxAppendRecord(Directory folder, const std::string& name, const base::File& mbox,
                     std::uint64_t size);
    /// Takes the record away: whoever comes here has left no message half written.
    ~MboxAppendRecord();
    MboxAppendRecord(const MboxAppendRecord&) = delete;
    MboxAppendRecord& operator=(const MboxAppendRecord&) = delete;

    /// All up to `size` is on stable storage, and so is that fact when it returns.
    void update(std::uint64_t size);

  private:
    void write(std::uint64_t size);

    Directory folder_;
    std::string record_name_;
    const base::File& mbox_;
    base::File file_;
};

/// Cuts off what a killed writer has left, and says so (Warning "mbox-repaired"). Where another
/// program has written behind it since, nothing is cut ("mbox-cut-message" then). Waits for the
/// lock of the mbox when there is a record. Throws Error: TryAgain (locked), Io.
void repair_mbox(const Directory& folder, const std::string& name, base::Diagnostics& diagnostics,
                 const base::StopFlag& stop);

}  // namespace mbx::store
