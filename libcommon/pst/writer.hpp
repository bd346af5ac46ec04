// Writes a new PST that Outlook opens: the messaging layer ([MS-PST] 2.4, 2.7).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/folder.hpp"
#include "mapi/message.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst {

struct PstWriterOptions {
    ndb::CryptMethod crypt = ndb::CryptMethod::Permute;
    std::uint64_t max_file_size = ndb::NdbWriterOptions{}.max_file_size;
    std::string display_name = "Outlook Data File";  ///< of the store, UTF-8
    std::string ipm_subtree_name = "Top of Outlook data file";
    std::string deleted_items_name = "Deleted Items";
};

/// A streaming writer: a message is written when it is added, one table row of it stays (spooled).
/// The same calls with the same clock and identifiers give the same bytes.
///
/// The file is built as "<path>.part" and appears under its name only by close(). A writer that is
/// destroyed without close() removes its ".part".
class PstWriter {
  public:
    /// `clock` and `ids` outlive the writer. Throws Error(CannotCreate) when the file cannot be
    /// made, and when `path` exists already: a PST is never overwritten.
    PstWriter(const std::string& path, PstWriterOptions options, const base::Clock& clock,
              base::IdSource& ids);
    ~PstWriter();
    PstWriter(const PstWriter&) = delete;
    PstWriter& operator=(const PstWriter&) = delete;

    /// The folder that holds all that people see ("Top of Outlook data file"). Always there.
    ndb::Nid ipm_subtree() const noexcept { return ndb::kNidIpmSubtree; }
    /// Always there, below the IPM subtree.
    ndb::Nid deleted_items() const noexcept { return ndb::kNidDeletedItems; }

    /// Makes a folder below `parent`. SpecialFolder::DeletedItems gives the one that is there,
    /// renamed. Throws Error(Internal) for a special folder that was made before or an unknown
    /// parent.
    ndb::Nid add_folder(ndb::Nid parent, const mapi::Folder& folder);

    struct Added {
        ndb::Nid nid;            ///< of the message; in the file for good
        std::uint64_t size = 0;  ///< PidTagMessageSize
    };
    /// Writes one message into a folder. Any folder, any order; folder by folder is fastest to read
    /// later. Computed here: PidTagMessageSize, PidTagAttachSize, PidTagDisplayTo/Cc/Bcc,
    /// PidTagHasAttachments and its flag, PidTagSearchKey, PidTagCreationTime,
    /// PidTagLastModificationTime, PidTagMessageStatus, conversation topic and index when absent,
    /// the subject's marker. Throws Error(BadData) when the message cannot be held (an attachment
    /// of 2 GiB or more, ...): nothing of it is in the tables then, and the writer goes on with the
    /// next. Throws Error(CannotCreate) when the file would become too large, Error(Io) when the
    /// disk is full: the file can then only be given up.
    Added add(ndb::Nid folder, const mapi::Message& message);

    std::uint64_t size_so_far() const noexcept;

    /// Writes tables, trees, maps and header into "<path>.part" and brings it to stable storage. No
    /// add() after.
    void finish();
    /// Where the file is until close(): "<path>.part".
    const std::string& part_path() const noexcept;
    /// finish() if it has not been called, then rename and fsync of the folder. Only its normal
    /// return means "written".
    void close();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mbx::pst
