// What an import has done so far, on stable storage, so that it can be killed at any point and go
// on.
//
// A text file, one record a line: eight hexadecimal digits of CRC, a blank, a JSON object. Records
// are only ever appended; a last line that was torn by a crash is cut off when the journal is
// opened.
//
//   {"journal":2,"pst":{"name":…,"size":…,"header":…},"destination":…}     first line
//   {"folder":"0x00008082","name":"Inbox","path":"INBOX","before":0}        messages from here on
//   {"message":"0x00200024","bytes":<SHA-256>,"id":"17",…}                  has landed in that
//   folder
//   {"done":"0x00008082"}                                                   nothing of it is left
//   {"finished":true}
//
// A message is recorded only after FolderWriter::flush() has said that it is on stable storage. So
// what is recorded is there; what is not recorded may be there too (the tail of a killed run), and
// is looked for before it is sent again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/time.hpp"
#include "mail/folder_name.hpp"
#include "mail/message.hpp"
#include "migration/content_key.hpp"
#include "pst/ndb/ids.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::migration {

/// What a journal belongs to.
struct JournalBinding {
    std::string pst_name;  ///< without its folder: the file may travel
    std::uint64_t pst_size = 0;
    std::string pst_header;   ///< SHA-256 of its first 4,096 bytes, which change with any change
    std::string destination;  ///< as bind_journal() writes it

    bool operator==(const JournalBinding&) const = default;
};

/// The destination is the same however the path of a mailbox on disk is written, and wherever the
/// tool is run. Throws Error(NoInput, Io).
JournalBinding bind_journal(const std::string& pst_path, const store::MailboxUrl& destination);

/// A message that is at the destination.
struct Landed {
    pst::ndb::Nid nid;  ///< of the message in the PST
    ContentKey key;
    mail::Flags flags;
    std::vector<std::string> keywords;
    std::optional<base::UnixTime> internal_date;
    std::string id;  ///< as in store::AppendResult
    std::optional<std::uint32_t> uid_validity;
};

class Journal {
  public:
    struct Folder {
        std::string name;          ///< PST path, for people
        mail::FolderPath path;     ///< at the destination
        std::uint64_t before = 0;  ///< messages that were there before the import
        std::uint64_t landed = 0;  ///< messages recorded
        bool done = false;
        std::vector<std::uint64_t> spans;  ///< offsets of its "folder" records in the file
    };

    /// Opens or begins the journal, and holds its lock. Throws Error: TryAgain (another import uses
    /// it), CannotCreate, BadData (no journal, damaged before its end, or of another PST or
    /// destination).
    Journal(const std::string& path, const JournalBinding& binding);

    const std::string& path() const noexcept { return path_; }
    /// There was a journal of an earlier run.
    bool resumed() const noexcept { return resumed_; }
    bool finished() const noexcept { return finished_; }

    /// Null when the import has not come to that folder yet.
    const Folder* folder(pst::ndb::Nid nid) const;
    /// Those that it has come to, by NID.
    const std::map<std::uint32_t, Folder>& folders() const noexcept { return folders_; }
    bool has_landed(pst::ndb::Nid message) const noexcept;

    /// On stable storage when it returns. `before` counts only the first time that a folder is
    /// begun.
    void begin_folder(pst::ndb::Nid nid, const std::string& name, const mail::FolderPath& path,
                      std::uint64_t before);
    /// Pre: the folder has been begun; others may have been since. On stable storage after the next
    /// sync().
    void add(pst::ndb::Nid folder, const Landed& message);
    void sync();
    /// Pre: the folder has been begun.
    void end_folder(pst::ndb::Nid nid);
    void finish();

    /// The recorded messages of a folder, in the order of recording, read from the file. Pre: none
    /// waits for sync(). Throws Error(BadData) when they are not as many as its `landed`.
    void for_each(pst::ndb::Nid folder, const std::function<void(const Landed&)>& visit) const;

  private:
    void load(const JournalBinding& binding);
    void refuse_other_file(const JournalBinding& binding) const;
    void append(const std::string& json);
    void write_folder(pst::ndb::Nid nid);
    void turn_to(pst::ndb::Nid folder);
    void mark_landed(pst::ndb::Nid message);

    std::string path_;
    base::FileLock lock_;
    base::File file_;
    std::uint64_t end_ = 0;  // of the file, with what is still in unwritten_
    std::string unwritten_;
    bool resumed_ = false;
    bool finished_ = false;
    std::map<std::uint32_t, Folder> folders_;
    std::optional<std::uint32_t> current_;  // the folder of the messages that are recorded next
    std::vector<bool> landed_;              // by index of the NID
};

}  // namespace mbx::migration
