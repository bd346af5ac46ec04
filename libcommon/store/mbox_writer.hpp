// Appends messages to one mbox file, as mboxrd (mbox_status.hpp tells how flags are kept).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/stop.hpp"
#include "store/directory.hpp"
#include "store/mail_store.hpp"
#include "store/mbox_append_record.hpp"
#include "store/mbox_lock.hpp"

namespace mbx::store {

/// Holds the mailbox's locks as long as it lives. A message that cannot be written whole is taken
/// back: the file is cut to its size before. What a killed writer leaves half written is cut off by
/// repair_mbox().
class MboxWriter final : public FolderWriter {
  public:
    /// Throws Error: TryAgain (locked), CannotCreate, BadData (no mbox).
    MboxWriter(const Directory& folder, const std::string& name, base::Diagnostics& diagnostics,
               const base::StopFlag& stop);

    void append(const mail::Message& message, std::uint64_t ticket) override;
    std::vector<AppendResult> take_results() override;
    void flush() override;

  private:
    void write_message(const mail::Message& message);
    std::vector<std::string> atoms_of(const std::vector<std::string>& keywords);
    void write(base::ByteView bytes);
    void write_out();

    base::File file_;
    MboxWriteLock lock_;
    base::Diagnostics& diagnostics_;
    std::uint64_t size_ = 0;   ///< of the file up to the last whole message
    std::uint64_t count_ = 0;  ///< messages in the file
    std::string separator_;    ///< what the file lacks at its end before a postmark can come
    base::Bytes buffer_;
    std::vector<AppendResult> pending_;  ///< written, not yet synced
    std::vector<AppendResult> results_;
    std::set<std::string> changed_keywords_;
    std::optional<MboxAppendRecord> record_;
};

}  // namespace mbx::store
