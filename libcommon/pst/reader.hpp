// Reads PST and OST files, whoever wrote them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "mapi/folder.hpp"
#include "mapi/message.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst {

enum class FileFormat { Ansi, Unicode, Unicode4k };
enum class ContentKind { Pst, Ost, Pab };

struct PstInfo {
    FileFormat format = FileFormat::Unicode;
    ContentKind kind = ContentKind::Pst;
    ndb::CryptMethod crypt = ndb::CryptMethod::Permute;
    std::uint64_t size = 0;     ///< of the file, bytes
    std::string display_name;   ///< of the store, UTF-8; empty when it has none
    bool has_password = false;  ///< only user interfaces honour it
    std::string reader;         ///< "own" or "libpff 20180714"
    bool is_verified = true;    ///< no value is given that its checksum does not fit
};

struct PstFolder {
    ndb::Nid nid;
    ndb::Nid parent;
    mapi::Folder folder;  ///< display name as it is: may be empty or occur twice below one parent
    /// Why neither its messages nor what is below it can be read, in words; empty when they can. A
    /// lost folder is told of, and no more: its node may be 0x0.
    std::string lost;
    std::uint64_t message_count = 0;  ///< those that messages() gives
    std::uint64_t unread_count = 0;
    std::uint64_t associated_count = 0;
    bool hidden = false;             ///< PidTagAttributeHidden
    bool search = false;             ///< a search folder: its messages live elsewhere
    bool below_ipm_subtree = false;  ///< people see it; the IPM subtree itself is not below itself
};

/// The messages of one folder, one after the other, in the order of their NIDs.
class MessageCursor {
  public:
    virtual ~MessageCursor() = default;
    /// Goes to the next message without reading it; nullopt at the end. Throws Error(BadData) when
    /// the folder itself is damaged from here on.
    virtual std::optional<ndb::Nid> next() = 0;
    /// Reads the message that next() came to. Throws Error(BadData), with the NID as place, when it
    /// is damaged beyond use; next() can be called all the same. Of one that is damaged in part,
    /// `damage` says so. Large values are sources that read from the file while the reader lives.
    virtual mapi::Message message() = 0;
};

enum class ReaderKind {
    Auto,  ///< our own where it can read the file, else libpff
    Own,
    Libpff,
};

struct PstReaderOptions {
    ReaderKind kind = ReaderKind::Auto;
    /// Of 8-bit strings that state none themselves (ANSI stores); Windows code page number.
    std::uint32_t code_page = 1252;
};

/// Not thread-safe. Strings come as UTF-8 whatever the store has; the subject comes without its
/// U+0001 marker.
class PstReader {
  public:
    virtual ~PstReader() = default;

    virtual PstInfo info() const = 0;

    /// The whole tree, parents before their children, siblings as the file has them; from the root
    /// folder (NID 0x122) on. None is left out: what damage has made of a folder is reported to the
    /// diagnostics, and where nothing of it can be read, it is in the tree as a lost one. Read
    /// once.
    virtual std::vector<PstFolder> folders() = 0;

    virtual std::unique_ptr<MessageCursor> messages(ndb::Nid folder) = 0;
    /// Folder-associated information; few have use for it. Both throw Error(NoInput) when there is
    /// no such folder.
    virtual std::unique_ptr<MessageCursor> associated_messages(ndb::Nid folder) = 0;

    /// One message by its NID. Throws Error(NoInput) when there is none.
    virtual mapi::Message message(ndb::Nid nid) = 0;

    /// Properties of the message store (NID 0x21).
    virtual mapi::PropertyBag store_properties() = 0;
};

/// Throws Error(Usage) for a code page that there is not, Error(NoInput) when the file cannot be
/// opened, Error(BadData) when it is no PST or too damaged to open; the text says which.
/// `diagnostics` gets the damage that is survived, and outlives the reader.
std::unique_ptr<PstReader> open_pst(const std::string& path, const PstReaderOptions& options,
                                    base::Diagnostics& diagnostics);

}  // namespace mbx::pst
