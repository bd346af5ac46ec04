// Mailbox → new PST: folder by folder, the Inbox first, one message at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/ids.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"
#include "migration/bad_items.hpp"
#include "migration/folder_map.hpp"
#include "migration/loss_counter.hpp"
#include "migration/message_filter.hpp"
#include "migration/unreached.hpp"
#include "migration/whole_sources.hpp"
#include "pst/writer.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// How a PST is looked at before it gets its name.
enum class ReadBack {
    None,
    Counts,  ///< sound by every rule of pst/check; folders and their message counts are as written
    Full,    ///< each message is read, too, and gives its original bytes back
};

struct ExportOptions {
    FolderFilter folders;
    SpecialFolders known;
    MessageFilter messages;
    bool exact_source = true;  ///< as in convert::ToMapiOptions
    pst::PstWriterOptions pst;
    ReadBack read_back = ReadBack::Counts;
};

struct ExportedFolder {
    mail::FolderPath path;
    std::string pst_path;  ///< "Inbox/Work"
    pst::ndb::Nid nid;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;  ///< as the store has them
    std::uint64_t filtered = 0;
    std::uint64_t bad = 0;
    mail::SpecialUse use = mail::SpecialUse::None;
};

struct ExportResult {
    std::vector<ExportedFolder> folders;  ///< in the order of writing
    SpecialFolders missing;               ///< of ExportOptions::known
    LossCounts losses;
    std::uint64_t file_size = 0;

    std::uint64_t messages() const;
    std::uint64_t bytes() const;
    std::uint64_t filtered() const;
};

/// What an export works with; all outlive it.
struct ExportContext {
    store::MailStore& store;
    const base::Clock& clock;
    base::IdSource& ids;
    BadItems& bad_items;
    base::Progress& progress;
    base::Diagnostics& losses;  ///< of single messages: what their MAPI view cannot show
    const base::StopFlag& stop;
    const Unreached* unreached = nullptr;  ///< the store's diagnostics
};

/// Writes `pst_path`, which must not exist, and publishes it when every message is in it but those
/// in `bad_items`, and these are not too many. What the store could not reach is a bad item, too.
/// When messages read back do not give their original bytes, the file is written again with the
/// sources of those kept whole.
///
/// Throws Error: CannotCreate (the file exists, or would become too large), BadData (too many bad
/// items, or the file read back is not what was written), TryAgain (stopped), Unavailable (the
/// store is gone), Io (disk full). Nothing is left at `pst_path` then. Same mailbox, options, clock
/// and ids: same bytes.
ExportResult export_mailbox(const ExportContext& context, const std::string& pst_path,
                            const ExportOptions& options);

/// A message in a PST that does not give the bytes that it came from.
struct UnfaithfulMessage {
    std::string place;  ///< "Inbox/Work: 200024"
    base::Sha256Digest source{};
    std::optional<convert::ViewDigest> stored_view = std::nullopt;  ///< as in WholeSources
};

/// Opens `part_path` and compares it with what was written, as `options.read_back` says. Throws
/// Error(BadData) on a difference. Returns messages that are there, but whose recipes do not hold:
/// these are to be written again, with their source kept whole.
std::vector<UnfaithfulMessage> read_back(const std::string& part_path, const ExportResult& written,
                                         const ExportOptions& options,
                                         const ExportContext& context);

}  // namespace mbx::migration
