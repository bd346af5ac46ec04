#include "pst/special_folders.hpp"

#include <gtest/gtest.h>

#include "base/little_endian.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst {
namespace {

using mapi::SpecialFolder;
using ndb::Nid;

const base::Bytes kKey(16, std::byte{0x5A});

base::Bytes entry_id(Nid nid, const base::Bytes& key = kKey) {
    base::Bytes result(4);
    base::append(result, key);
    base::append_le(result, nid.value);
    return result;
}

PstFolder folder(Nid nid, Nid parent, std::string name, std::string container_class = "") {
    PstFolder result;
    result.nid = nid;
    result.parent = parent;
    result.folder.display_name = std::move(name);
    result.folder.container_class = std::move(container_class);
    return result;
}

constexpr Nid kIn{0x80A2};
constexpr Nid kSent{0x80C2};
constexpr Nid kCalendar{0x80E2};
constexpr Nid kJunk{0x8102};
constexpr Nid kBelow{0x8122};

class SpecialFoldersTest : public ::testing::Test {
  protected:
    SpecialFoldersTest() {
        folders.push_back(folder(ndb::kNidRootFolder, ndb::kNidRootFolder, ""));
        folders.push_back(folder(ndb::kNidSearchRoot, ndb::kNidRootFolder, "Search Root"));
        folders.push_back(folder(ndb::kNidIpmSubtree, ndb::kNidRootFolder, "Top"));
        folders.push_back(folder(ndb::kNidDeletedItems, ndb::kNidIpmSubtree, "Papierkorb"));
        folders.push_back(folder(kIn, ndb::kNidIpmSubtree, "Posteingang"));
        folders.push_back(folder(kSent, ndb::kNidIpmSubtree, "Gesendet"));
        folders.push_back(folder(kCalendar, ndb::kNidIpmSubtree, "Kalender", "IPF.Appointment"));
        folders.push_back(folder(kJunk, ndb::kNidIpmSubtree, "Junk"));
        folders.push_back(folder(kBelow, kIn, "Inbox"));
        sources.store.set(mapi::PidTagRecordKey, kKey);
        sources.store.set(mapi::PidTagIpmSubTreeEntryId, entry_id(ndb::kNidIpmSubtree));
        sources.store.set(mapi::PidTagIpmWastebasketEntryId, entry_id(ndb::kNidDeletedItems));
        sources.store.set(mapi::PidTagIpmSentMailEntryId, entry_id(kSent));
    }

    SpecialFolder special(Nid nid) {
        for (const PstFolder& f : folders) {
            if (f.nid == nid) {
                return f.folder.special;
            }
        }
        throw std::out_of_range("no such folder");
    }

    std::vector<PstFolder> folders;
    SpecialFolderSources sources;
};

TEST_F(SpecialFoldersTest, FollowsTheEntryIdsOfTheStore) {
    EXPECT_TRUE(mark_special_folders(folders, sources));
    EXPECT_EQ(special(ndb::kNidDeletedItems), SpecialFolder::DeletedItems);
    EXPECT_EQ(special(kSent), SpecialFolder::SentItems);
}

TEST_F(SpecialFoldersTest, NeverGoesByName) {
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(kBelow), SpecialFolder::None);
    EXPECT_EQ(special(kJunk), SpecialFolder::None);
}

TEST_F(SpecialFoldersTest, TakesTheInboxFromTheReceiveFolderTable) {
    sources.receive = {{"", ndb::kNidRootFolder}, {"IPM.Note", kIn}};
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(kIn), SpecialFolder::Inbox);
}

TEST_F(SpecialFoldersTest, TheRootIsNoInboxThoughTheTableSaysSo) {
    sources.receive = {{"", ndb::kNidRootFolder}};
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(ndb::kNidRootFolder), SpecialFolder::None);
}

TEST_F(SpecialFoldersTest, FollowsTheLinksThatTheInboxCarries) {
    sources.receive = {{"", kIn}};
    sources.folder_properties = [](Nid nid) {
        EXPECT_EQ(nid, kIn);
        mapi::PropertyBag bag;
        std::vector<base::Bytes> more(5);
        more[4] = entry_id(kJunk);
        bag.set(mapi::PidTagAdditionalRenEntryIds, more);
        return bag;
    };
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(kJunk), SpecialFolder::JunkEmail);
}

TEST_F(SpecialFoldersTest, AClassAtTheTopTellsTheCalendar) {
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(kCalendar), SpecialFolder::Calendar);
}

TEST_F(SpecialFoldersTest, AnEntryIdIsStrongerThanAClass) {
    folders.push_back(folder({0x8142}, ndb::kNidIpmSubtree, "Other"));
    sources.root.set(mapi::PidTagIpmAppointmentEntryId, entry_id({0x8142}));
    mark_special_folders(folders, sources);
    EXPECT_EQ(special({0x8142}), SpecialFolder::Calendar);
    EXPECT_EQ(special(kCalendar), SpecialFolder::None);
}

TEST_F(SpecialFoldersTest, IgnoresEntryIdsOfAnotherStore) {
    sources.store.set(mapi::PidTagIpmSentMailEntryId, entry_id(kSent, base::Bytes(16)));
    mark_special_folders(folders, sources);
    EXPECT_EQ(special(kSent), SpecialFolder::None);
}

TEST_F(SpecialFoldersTest, MarksWhatLiesBelowTheIpmSubtree) {
    mark_special_folders(folders, sources);
    for (const PstFolder& f : folders) {
        const bool inside = f.parent == ndb::kNidIpmSubtree || f.nid == kBelow;
        EXPECT_EQ(f.below_ipm_subtree, inside) << f.folder.display_name;
    }
}

TEST_F(SpecialFoldersTest, WithoutAnIpmSubtreeAllFoldersCount) {
    sources.store = {};
    std::erase_if(folders, [](const PstFolder& f) { return f.nid == ndb::kNidIpmSubtree; });
    EXPECT_FALSE(mark_special_folders(folders, sources));
    EXPECT_FALSE(folders[0].below_ipm_subtree);
    EXPECT_TRUE(folders[3].below_ipm_subtree);
}

}  // namespace
}  // namespace mbx::pst
