// Which PST folder a folder of the mailbox becomes, and the way back. No I/O.
//
// Folders that Outlook knows (Inbox, Sent Items, Drafts, Deleted Items, Junk E-mail) lie at the top
// of the PST under Outlook's names, wherever the mailbox has them; all others keep their place and
// name. Where a PST name is not the mail name, or the place is another, the folder's comment
// (PidTagComment, "Description" in Outlook) holds the path in the mailbox, as mail::to_string
// writes it: "Mail folder: INBOX/a%2Fb". On the way back it counts as long as nobody has renamed or
// moved the folder meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mail/folder_name.hpp"
#include "mapi/folder.hpp"
#include "migration/folder_filter.hpp"
#include "pst/reader.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// What a folder is for where the store does not say so, or says it wrongly; from servers.conf.
using SpecialFolders = std::map<mail::SpecialUse, mail::FolderPath>;

/// A folder of the mailbox and what it becomes.
struct PstTarget {
    mail::FolderPath path;  ///< in the mailbox
    mail::SpecialUse use = mail::SpecialUse::None;
    mapi::Folder folder;
    std::optional<std::size_t> parent;  ///< an earlier one of the plan; nullopt: the IPM subtree
    bool has_messages = true;           ///< false: only there for the folders below it
    std::optional<std::uint64_t> message_count;  ///< as the store says
};

/// The folders to write, in the order of writing: the Inbox and all below it, then Sent Items, then
/// the others; parents before children. Special folders are those of `known`, then those the store
/// tells, then those that a top-level name suggests. A folder that the filter leaves out is there
/// without messages when one below it is taken. Throws Error(NoInput) when it leaves none.
std::vector<PstTarget> plan_pst_folders(const std::vector<store::StoreFolder>& folders,
                                        const FolderFilter& filter,
                                        const SpecialFolders& known = {});

/// Those of `known` that the mailbox does not have.
SpecialFolders missing_folders(const std::vector<store::StoreFolder>& folders,
                               const SpecialFolders& known);

/// RFC 6154 2, RFC 8457: a folder for this use shows messages that lie in other folders, too.
bool shows_other_folders(mail::SpecialUse use);

/// A folder of the PST and where its messages go.
struct MailTarget {
    pst::ndb::Nid nid;
    std::string pst_path;   ///< "Inbox/Work", for people
    mail::FolderPath path;  ///< at the destination, as MailStore::possible_name has it
    mail::SpecialUse use = mail::SpecialUse::None;
    mapi::SpecialFolder special = mapi::SpecialFolder::None;
    bool wanted = true;  ///< false: nothing to make there; it was no mailbox in the source either,
                         ///< or is empty and in every PST
    std::uint64_t message_count = 0;
};

struct SkippedFolder {
    pst::ndb::Nid nid;
    std::string pst_path;
    std::uint64_t message_count = 0;
    std::string reason;  ///< "hidden", "search folder", ...
};

/// A folder that would be imported, and cannot be read.
struct LostFolder {
    pst::ndb::Nid nid;  ///< may be 0x0
    std::string pst_path;
    std::string reason;
};

struct MailPlan {
    std::vector<MailTarget> folders;  ///< in the order of import, as for plan_pst_folders
    std::vector<SkippedFolder> skipped;
    std::vector<LostFolder> lost;
};

struct MailPlanOptions {
    FolderFilter filter;     ///< on paths at the destination
    SpecialFolders known;    ///< special folders of the destination, before what the store tells
    bool mail_only = false;  ///< leave out calendars, contacts, tasks, notes and journals
};

/// Special folders of the PST go to the destination's own: the one that it tells, else the one the
/// comment names, else an existing one whose name suggests it, else "Sent", "Drafts", "Trash",
/// "Junk", "Archive". No two folders of the PST go to the same place.
/// possible_name: MailStore::possible_name of the destination.
MailPlan plan_mail_folders(
    const std::vector<pst::PstFolder>& folders, const std::vector<store::StoreFolder>& destination,
    const std::function<mail::FolderPath(const mail::FolderPath&)>& possible_name,
    const MailPlanOptions& options);

/// What PidTagComment holds of a folder's origin.
struct FolderOrigin {
    mail::FolderPath path;
    bool has_messages = true;
};
std::string origin_comment(const FolderOrigin& origin);
std::optional<FolderOrigin> parse_origin_comment(std::string_view comment);

/// A name that Outlook shows as it is: no control characters or invalid UTF-8, no blanks at the
/// ends, at most 255 UTF-16 units. Gives back `name` itself when that is such a name.
std::string pst_folder_name(std::string_view name);

}  // namespace mbx::migration
