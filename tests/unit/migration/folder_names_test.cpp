// Folder names over repeated moves: whatever the places between can hold, the names come out as
// they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "fake_store.hpp"
#include "migration/export.hpp"
#include "migration/import.hpp"
#include "store/imap/mailbox_names.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using mail::FolderPath;
using store::imap::NameRules;

/// Holds every name as it is.
class AnyNames final : public test::FakeStore {
  public:
    FolderPath possible_name(const FolderPath& path) const override { return path; }
};

/// Keeps its folders under the names that an IMAP server would have.
class ImapNames final : public test::FakeStore {
  public:
    explicit ImapNames(NameRules rules) : rules_(std::move(rules)) {}

    FolderPath possible_name(const FolderPath& path) const override {
        return store::imap::possible_path(path, rules_);
    }
    void create_folder(const FolderPath& path, mail::SpecialUse use) override {
        const std::string mailbox = store::imap::mailbox_of(path, rules_);
        EXPECT_EQ(store::imap::path_of(mailbox, rules_), path) << mailbox;
        for (const char refused : std::string_view("\n\x7f")) {
            EXPECT_EQ(mailbox.find(refused), std::string::npos) << mailbox;
        }
        EXPECT_TRUE(mailboxes_.insert(mailbox).second || find(path) != nullptr) << mailbox;
        FakeStore::create_folder(path, use);
    }

  private:
    NameRules rules_;
    std::set<std::string> mailboxes_;
};

std::vector<std::string> hostile_names() {
    return {"100%",
            "%",
            "%2F",
            "%252F",
            "%25252F",
            "a%41",
            "%FF",
            "%00",
            "=2E",
            "=3D2E",
            "price=20",
            "a/b",
            "a%2Fb",
            "a%2fb/c",
            "/",
            "//",
            ".",
            "..",
            "...",
            ".hidden",
            "v1.2.3",
            "v1%2E2.3",
            "dot.",
            " blanks  ",
            "blank ",
            "\ttab\n",
            "\x01\x7f",
            "cur",
            "%63ur",
            "tmp",
            "~",
            "~home",
            "%7Ehome",
            "x.eml",
            "x.sbd",
            "x.mbox",
            "x.msf",
            "x%2Emsf",
            "R&D",
            "R&-D",
            "&",
            "&AKM-",
            "&AKM-/x",
            "\xc2\xa3",
            "INBOX.x",
            "Entwürfe",
            "\xf0\x9f\x98\x80 smile",
            "Caf\xc3\xa9",
            "Cafe\xcc\x81",
            "case",
            "Case",
            "CASE",
            "case (2)",
            "*",
            "a*%",
            "\"quoted\\",
            "{5}",
            "Sent of 2020",
            "Archive (2)",
            std::string(255, 'n'),
            std::string(254, 'n') + "o",
            std::string(250, 'n') + "~deadbeef",
            std::string(400, 'm'),
            "n~12345678"};
}

/// The names at the top, below the Inbox and below each other; deep ones.
std::vector<FolderPath> hostile_paths() {
    std::vector<FolderPath> paths{mail::kInboxPath, {"INBOX", "INBOX"}, {"Work"}};
    std::string above = "Work";
    for (const std::string& name : hostile_names()) {
        paths.push_back({name});
        paths.push_back({"INBOX", name});
        paths.push_back({"Work", name});
        paths.push_back({name, "inbox"});
        if (above.size() < 100) {
            paths.push_back({above, "between", name});
        }
        above = name;
    }
    return paths;
}

class Moves : public testing::Test {
  protected:
    /// These tests are about names, not about the disk: they sync thousands of folders.
    static void SetUpTestSuite() {
        if (std::filesystem::is_directory("/dev/shm")) {
            ::setenv("TMPDIR", "/dev/shm", 0);
        }
    }

    void fill(store::MailStore& store) {
        int n = 0;
        for (const FolderPath& path : hostile_paths()) {
            ASSERT_EQ(store.possible_name(path), path) << mail::to_string(path);
            store.create_folder(path, mail::SpecialUse::None);
            const auto writer = store.writer(path);
            writer->append(test::numbered_mail(++n), 1);
            writer->flush();
            ASSERT_FALSE(writer->take_results().at(0).failure);
        }
    }

    static std::map<FolderPath, std::string> content(store::MailStore& store) {
        std::map<FolderPath, std::string> result;
        for (const store::StoreFolder& folder : store.folders()) {
            if (folder.selectable) {
                std::string& text = result[folder.path];
                const auto stream = store.messages(folder.path);
                while (const auto message = stream->next()) {
                    text += base::read_all_text(*message->source, 1 << 20);
                }
            }
        }
        std::erase_if(result, [](const auto& entry) { return entry.second.empty(); });
        return result;
    }

    void move(store::MailStore& from, store::MailStore& to) {
        const std::string pst_path = folder_ / ("move" + std::to_string(++moves_) + ".pst");
        BadItems bad_items(pst_path + ".bad", 0);
        base::SeededIds ids(7);
        export_mailbox({from, clock_, ids, bad_items, progress_, diagnostics_, stop_}, pst_path,
                       {});
        const auto pst = pst::open_pst(pst_path, {}, diagnostics_);
        Journal journal(pst_path + ".journal", {pst_path, 1, "", "test:"});
        const ImportResult result = import_pst(
            {*pst, to, journal, bad_items, progress_, diagnostics_, diagnostics_, stop_}, {});
        EXPECT_TRUE(result.proven());
        EXPECT_EQ(bad_items.count(), 0U);
    }

    std::unique_ptr<store::MailStore> open(const std::string& url, store::OpenMode mode) {
        return store::open_store(store::MailboxUrl::parse(url), mode, {}, diagnostics_, stop_);
    }

    /// A new mailbox of the kind; for "nested" a Maildir of that layout.
    std::string place(const std::string& kind) {
        const std::string path = folder_ / ("box" + std::to_string(++places_));
        if (kind == "nested") {
            std::filesystem::create_directories(path + "/Some/cur");
        }
        return (kind == "nested" ? "maildir" : kind) + ":" + path;
    }

    test::TemporaryFolder folder_;
    base::FixedClock clock_{base::FileTime{133'000'000'000'000'000}};
    base::NoProgress progress_;
    base::DiagnosticList diagnostics_;
    base::StopFlag stop_;
    int moves_ = 0;
    int places_ = 0;
};

TEST_F(Moves, KeepEveryNameFromOneDiskToAnother) {
    AnyNames first;
    fill(first);
    const auto expected = content(first);
    ASSERT_EQ(expected.size(), hostile_paths().size());
    std::string source;
    for (const char* kind : {"maildir", "eml", "nested", "mbox", "maildir"}) {
        const std::string destination = place(kind);
        if (source.empty()) {
            move(first, *open(destination, store::OpenMode::Write));
        } else {
            move(*open(source, store::OpenMode::Read), *open(destination, store::OpenMode::Write));
        }
        const auto there = content(*open(destination, store::OpenMode::Read));
        for (const auto& [path, text] : expected) {
            const auto it = there.find(path);
            EXPECT_TRUE(it != there.end() && it->second == text)
                << kind << ": " << mail::to_string(path);
        }
        EXPECT_EQ(there.size(), expected.size()) << kind;
        source = destination;
    }
}

TEST_F(Moves, KeepEveryNameOverServers) {
    std::unique_ptr<store::MailStore> from = std::make_unique<AnyNames>();
    fill(*from);
    const auto expected = content(*from);
    for (const NameRules& rules :
         {NameRules{"", '.', false, false}, NameRules{"", '/', true, false},
          NameRules{"", '.', false, true}}) {
        auto to = std::make_unique<ImapNames>(rules);
        move(*from, *to);
        EXPECT_EQ(content(*to), expected);
        from = std::move(to);
    }
    const std::string disk = place("maildir");
    move(*from, *open(disk, store::OpenMode::Write));
    EXPECT_EQ(content(*open(disk, store::OpenMode::Read)), expected);
}

}  // namespace
}  // namespace mbx::migration
