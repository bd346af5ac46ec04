// PST → mailbox: every message once, killed or not, and proof of it at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "migration/bad_items.hpp"
#include "migration/folder_map.hpp"
#include "migration/journal.hpp"
#include "migration/loss_counter.hpp"
#include "migration/message_filter.hpp"
#include "migration/verify.hpp"
#include "pst/reader.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

struct ImportOptions {
    MailPlanOptions plan;
    MessageFilter messages;
    bool allow_non_empty = false;  ///< the destination's Inbox may hold messages
    bool use_exact_source = true;  ///< as in convert::ToMailOptions
    bool unpack_tnef = false;
    bool salvage = false;  ///< take damaged messages, too, as far as they can be read
    Proof proof = Proof::Full;
};

struct ImportedFolder {
    std::string pst_path;
    mail::FolderPath path;
    std::uint64_t messages = 0;  ///< at the destination by now, over all runs
    std::uint64_t sent = 0;      ///< in this run
    std::uint64_t sent_bytes = 0;
    std::uint64_t resumed = 0;    ///< journalled by an earlier run
    std::uint64_t recovered = 0;  ///< found at the destination without a record
    std::uint64_t hidden = 0;     ///< no mail: rules, views, configuration
    std::uint64_t filtered = 0;
    std::uint64_t bad = 0;
    std::uint64_t unreached = 0;  ///< the file lists them, and does not lead to them
    std::optional<FolderProof> proof;
};

struct ImportResult {
    std::vector<ImportedFolder> folders;  ///< in the order of import
    std::vector<SkippedFolder> skipped;   ///< only those that hold messages
    LossCounts losses;                    ///< of the conversion, by kind
    bool resumed = false;
    bool reached_all = true;  ///< no folder is lost, and none gave fewer messages than it lists

    /// Every folder's proof holds, and the file could be read from end to end.
    bool proven() const;
};

/// What an import works with; all outlive it.
struct ImportContext {
    pst::PstReader& pst;
    store::MailStore& store;
    Journal& journal;
    BadItems& bad_items;
    base::Progress& progress;
    base::Diagnostics& diagnostics;
    base::Diagnostics& losses;  ///< of single messages: what mail cannot express
    const base::StopFlag& stop;
};

/// What import_pst would do.
MailPlan plan_import(pst::PstReader& pst, store::MailStore& store, const MailPlanOptions& options);

/// Throws what import_pst would throw for the folders of the plan: NoInput (the filter leaves
/// none), CannotCreate (a store on disk cannot hold them). Pre: the store is on disk.
void refuse_impossible(pst::PstReader& pst, store::MailStore& store,
                       const MailPlanOptions& options);

/// Inbox first. Goes on over messages that cannot be moved and folders that cannot be read, which
/// end in `bad_items`; what to do when there are too many is the caller's to say. A journal with
/// records makes it go on where an earlier run ended.
///
/// Throws Error: CannotCreate (the Inbox is not empty; a folder cannot be made), TryAgain
/// (stopped), Unavailable, Io (the store or the journal is gone). All that landed is in the journal
/// then, or will be found by the next run.
ImportResult import_pst(const ImportContext& context, const ImportOptions& options);

}  // namespace mbx::migration
