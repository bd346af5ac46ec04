#include "pst/special_folders.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst {
namespace {

using mapi::PropertyBag;
using mapi::PropertyTag;
using mapi::SpecialFolder;
using ndb::Nid;

/// [MS-PST] 2.4.3.1 of the specification lacks it; some writers name the Inbox here.
constexpr PropertyTag kPidTagIpmInboxEntryId{0x35E1, mapi::PropertyType::Binary};

constexpr std::pair<PropertyTag, SpecialFolder> kStoreLinks[]{
    {mapi::PidTagIpmOutboxEntryId, SpecialFolder::Outbox},
    {mapi::PidTagIpmWastebasketEntryId, SpecialFolder::DeletedItems},
    {mapi::PidTagIpmSentMailEntryId, SpecialFolder::SentItems},
};

/// On the root folder and on the Inbox.
constexpr std::pair<PropertyTag, SpecialFolder> kFolderLinks[]{
    {mapi::PidTagIpmAppointmentEntryId, SpecialFolder::Calendar},
    {mapi::PidTagIpmContactEntryId, SpecialFolder::Contacts},
    {mapi::PidTagIpmJournalEntryId, SpecialFolder::Journal},
    {mapi::PidTagIpmNoteEntryId, SpecialFolder::Notes},
    {mapi::PidTagIpmTaskEntryId, SpecialFolder::Tasks},
    {mapi::PidTagIpmDraftsEntryId, SpecialFolder::Drafts},
};

/// Index in PidTagAdditionalRenEntryIds, [MS-OXOSFLD] 2.2.4.
constexpr std::size_t kJunkEmailIndex = 4;

constexpr std::pair<std::string_view, SpecialFolder> kClasses[]{
    {"IPF.Appointment", SpecialFolder::Calendar}, {"IPF.Contact", SpecialFolder::Contacts},
    {"IPF.Journal", SpecialFolder::Journal},      {"IPF.StickyNote", SpecialFolder::Notes},
    {"IPF.Task", SpecialFolder::Tasks},
};

class Marker {
  public:
    Marker(std::vector<PstFolder>& folders, const SpecialFolderSources& sources)
        : sources_(sources),
          record_key_(sources.store.binary(mapi::PidTagRecordKey).value_or(base::Bytes{})) {
        for (PstFolder& folder : folders) {
            by_nid_.emplace(folder.nid, &folder);
        }
    }

    std::optional<Nid> link(const PropertyBag& bag, PropertyTag tag) const {
        const auto entry_id = bag.binary(tag);
        return entry_id ? nid_of_entry_id(*entry_id, record_key_) : std::nullopt;
    }

    void mark(std::optional<Nid> nid, SpecialFolder special) {
        const auto found = nid ? by_nid_.find(*nid) : by_nid_.end();
        if (found == by_nid_.end() || found->second->folder.special != SpecialFolder::None ||
            *nid == ndb::kNidRootFolder || found->second->search || !used_.insert(special).second) {
            return;
        }
        found->second->folder.special = special;
    }

    /// The receive folder of "IPM.Note", of "IPM", of everything; often the root, which is no
    /// Inbox.
    std::optional<Nid> inbox() const {
        for (const std::string_view wanted : {"IPM.Note", "IPM", ""}) {
            for (const ReceiveFolder& row : sources_.receive) {
                const auto found = by_nid_.find(row.folder);
                if (base::equals_ignore_case(row.message_class, wanted) && found != by_nid_.end() &&
                    found->second->below_ipm_subtree) {
                    return row.folder;
                }
            }
        }
        return link(sources_.store, kPidTagIpmInboxEntryId);
    }

    void mark_linked(const PropertyBag& folder) {
        for (const auto& [tag, special] : kFolderLinks) {
            mark(link(folder, tag), special);
        }
        const auto* more = folder.get<std::vector<base::Bytes>>(mapi::PidTagAdditionalRenEntryIds);
        if (more != nullptr && more->size() > kJunkEmailIndex) {
            mark(nid_of_entry_id((*more)[kJunkEmailIndex], record_key_), SpecialFolder::JunkEmail);
        }
    }

    void mark_store_links() {
        for (const auto& [tag, special] : kStoreLinks) {
            mark(link(sources_.store, tag), special);
        }
    }

    /// A class alone says so only of a folder at the top.
    void mark_by_class(std::vector<PstFolder>& folders, std::optional<Nid> ipm_subtree) {
        for (const PstFolder& folder : folders) {
            if (!folder.below_ipm_subtree || folder.hidden ||
                (ipm_subtree && folder.parent != *ipm_subtree)) {
                continue;
            }
            for (const auto& [container_class, special] : kClasses) {
                if (base::equals_ignore_case(folder.folder.container_class, container_class)) {
                    mark(folder.nid, special);
                }
            }
        }
    }

    std::optional<Nid> ipm_subtree() const {
        const auto told = link(sources_.store, mapi::PidTagIpmSubTreeEntryId);
        if (told && by_nid_.contains(*told)) {
            return told;
        }
        return by_nid_.contains(ndb::kNidIpmSubtree) ? std::optional(ndb::kNidIpmSubtree)
                                                     : std::nullopt;
    }

  private:
    const SpecialFolderSources& sources_;
    base::Bytes record_key_;
    std::map<Nid, PstFolder*> by_nid_;
    std::set<SpecialFolder> used_;
};

void mark_below(std::vector<PstFolder>& folders, std::optional<Nid> top) {
    std::set<Nid> inside;
    for (PstFolder& folder : folders) {
        const bool root = folder.nid == ndb::kNidRootFolder;
        folder.below_ipm_subtree =
            !root &&
            (top ? folder.nid != *top && (folder.parent == *top || inside.contains(folder.parent))
                 : !folder.search);
        if (folder.below_ipm_subtree) {
            inside.insert(folder.nid);
        }
    }
}

}  // namespace

std::optional<Nid> nid_of_entry_id(base::ByteView entry_id, base::ByteView record_key) {
    constexpr std::size_t kUidOffset = 4;
    constexpr std::size_t kUidSize = 16;
    constexpr std::size_t kSize = 24;
    if (entry_id.size() != kSize) {
        return std::nullopt;
    }
    const base::ByteView uid = entry_id.subspan(kUidOffset, kUidSize);
    if (record_key.size() == kUidSize && !std::ranges::equal(uid, record_key)) {
        return std::nullopt;
    }
    return Nid{base::read_record<base::le32>(entry_id, kUidOffset + kUidSize)};
}

bool mark_special_folders(std::vector<PstFolder>& folders, const SpecialFolderSources& sources) {
    Marker marker(folders, sources);
    const std::optional<Nid> ipm_subtree = marker.ipm_subtree();
    mark_below(folders, ipm_subtree);
    const std::optional<Nid> inbox = marker.inbox();
    marker.mark(inbox, SpecialFolder::Inbox);
    marker.mark_store_links();
    if (inbox && sources.folder_properties) {
        marker.mark_linked(sources.folder_properties(*inbox));
    }
    marker.mark_linked(sources.root);
    marker.mark_by_class(folders, ipm_subtree);
    return ipm_subtree.has_value();
}

}  // namespace mbx::pst
