#include "pst/special_folder_links.hpp"

#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/records.hpp"

namespace mbx::pst {
namespace {

using mapi::PropertyTag;
using mapi::SpecialFolder;

// PidTagValidFolderMask, [MS-OXCSTOR] 2.2.2.1: bits of the folders that are there.
constexpr std::int32_t kIpmSubtree = 0x01;
constexpr std::int32_t kInbox = 0x02;
constexpr std::int32_t kOutbox = 0x04;
constexpr std::int32_t kWastebasket = 0x08;
constexpr std::int32_t kSentMail = 0x10;
constexpr std::int32_t kCommonViews = 0x40;
constexpr std::int32_t kFinder = 0x80;

constexpr std::pair<SpecialFolder, PropertyTag> kLinks[] = {
    {SpecialFolder::Calendar, mapi::PidTagIpmAppointmentEntryId},
    {SpecialFolder::Contacts, mapi::PidTagIpmContactEntryId},
    {SpecialFolder::Journal, mapi::PidTagIpmJournalEntryId},
    {SpecialFolder::Notes, mapi::PidTagIpmNoteEntryId},
    {SpecialFolder::Tasks, mapi::PidTagIpmTaskEntryId},
    {SpecialFolder::Drafts, mapi::PidTagIpmDraftsEntryId},
};

/// Conflicts, Sync Issues, Local Failures, Server Failures, Junk E-mail.
constexpr std::size_t kJunkInRenEntryIds = 4;

}  // namespace

base::Bytes entry_id(const base::Guid& record_key, ndb::Nid nid) {
    ENTRYID id{};
    id.uid = record_key;
    id.nid = nid.value;
    return base::to_bytes(base::record_bytes(id));
}

mapi::PropertyBag store_links(const SpecialFolders& special, const base::Guid& record_key) {
    mapi::PropertyBag bag;
    std::int32_t mask = 0;
    const auto link = [&](PropertyTag tag, ndb::Nid nid, std::int32_t bit) {
        bag.set(tag, entry_id(record_key, nid));
        mask |= bit;
    };
    link(mapi::PidTagIpmSubTreeEntryId, ndb::kNidIpmSubtree, kIpmSubtree);
    link(mapi::PidTagIpmWastebasketEntryId, ndb::kNidDeletedItems, kWastebasket);
    link(mapi::PidTagCommonViewsEntryId, ndb::kNidCommonViews, kCommonViews);
    link(mapi::PidTagFinderEntryId, ndb::kNidSearchRoot, kFinder);
    if (const auto found = special.find(SpecialFolder::Outbox); found != special.end()) {
        link(mapi::PidTagIpmOutboxEntryId, found->second, kOutbox);
    }
    if (const auto found = special.find(SpecialFolder::SentItems); found != special.end()) {
        link(mapi::PidTagIpmSentMailEntryId, found->second, kSentMail);
    }
    if (special.contains(SpecialFolder::Inbox)) {
        mask |= kInbox;  // named by the receive folder table alone
    }
    bag.set(mapi::PidTagValidFolderMask, mask);
    return bag;
}

mapi::PropertyBag folder_links(const SpecialFolders& special, const base::Guid& record_key) {
    mapi::PropertyBag bag;
    for (const auto& [kind, tag] : kLinks) {
        if (const auto found = special.find(kind); found != special.end()) {
            bag.set(tag, entry_id(record_key, found->second));
        }
    }
    if (const auto junk = special.find(SpecialFolder::JunkEmail); junk != special.end()) {
        std::vector<base::Bytes> ids(kJunkInRenEntryIds);
        ids.push_back(entry_id(record_key, junk->second));
        bag.set(mapi::PidTagAdditionalRenEntryIds, std::move(ids));
    }
    return bag;
}

std::vector<ReceiveFolder> receive_folders(const SpecialFolders& special) {
    const auto inbox = special.find(SpecialFolder::Inbox);
    if (inbox == special.end()) {
        return {{"", ndb::kNidRootFolder}};
    }
    // As in the default store of a mailbox.
    return {{"", inbox->second},
            {"IPM", inbox->second},
            {"Report.IPM", inbox->second},
            {"IPC", ndb::kNidRootFolder}};
}

}  // namespace mbx::pst
