// Real and generated mailboxes: read completely, copied from each kind of store into each, and
// compared.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mailbox_snapshot.hpp"
#include "support/shared_corpus.hpp"
#include "temporary_folder.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using test::copy_mailbox;
using test::MailboxSnapshot;
using test::OpenedStore;
using test::snapshot_of;

const std::vector<std::string> kKinds{"maildir", "mbox", "eml"};

/// These tests are about bytes, not about the disk: they sync thousands of files.
class InMemory : public testing::Environment {
  public:
    void SetUp() override {
        if (fs::is_directory("/dev/shm")) {
            ::setenv("TMPDIR", "/dev/shm", 0);
        }
    }
};
[[maybe_unused]] const auto* const kInMemory = testing::AddGlobalTestEnvironment(new InMemory);

/// What `expected` is in a store that names folders its own way.
MailboxSnapshot renamed(const MailboxSnapshot& expected, const MailStore& store) {
    MailboxSnapshot result;
    for (const auto& [path, messages] : expected) {
        EXPECT_TRUE(result.emplace(store.possible_name(path), messages).second)
            << "two folders became one: " << mail::to_string(path);
    }
    return result;
}

/// Stores hold more folders than they were given: INBOX, and parents that can hold messages.
void drop_empty(MailboxSnapshot& mailbox) {
    std::erase_if(mailbox, [](const auto& folder) { return folder.second.empty(); });
}

void expect_same(MailboxSnapshot expected, MailboxSnapshot got, bool through_maildir) {
    drop_empty(expected);
    drop_empty(got);
    ASSERT_EQ(expected.size(), got.size());
    for (const auto& [path, messages] : expected) {
        ASSERT_EQ(messages.size(), got[path].size()) << mail::to_string(path);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            if (messages[i].date == -1 && through_maildir) {
                got[path][i].date = -1;  // a file always has a date
            }
            ASSERT_EQ(messages[i], got[path][i]) << mail::to_string(path) << " #" << i + 1;
        }
    }
}

/// source → each kind → each kind.
void expect_survives_all_pairs(const std::string& source_url) {
    const test::TemporaryFolder folder;
    OpenedStore source(source_url, OpenMode::Read);
    const MailboxSnapshot original = snapshot_of(*source);
    std::size_t count = 0;
    for (const auto& [path, messages] : original) {
        count += messages.size();
    }
    EXPECT_GT(count, 0U);
    for (const std::string& kind : kKinds) {
        SCOPED_TRACE("into " + kind);
        const std::string url = kind + ":" + folder / kind;
        MailboxSnapshot expected;
        {
            OpenedStore target(url, OpenMode::Write);
            EXPECT_EQ(copy_mailbox(*source, *target), count);
            expected = renamed(original, *target);
        }
        OpenedStore copy(url, OpenMode::Read);
        expect_same(expected, snapshot_of(*copy), kind == "maildir");
        for (const std::string& next : kKinds) {
            SCOPED_TRACE("and then into " + next);
            const std::string next_url = next + ":" + folder / (kind + "-" + next);
            MailboxSnapshot again;
            {
                OpenedStore target(next_url, OpenMode::Write);
                EXPECT_EQ(copy_mailbox(*copy, *target), count);
                again = renamed(expected, *target);
            }
            OpenedStore result(next_url, OpenMode::Read);
            expect_same(again, snapshot_of(*result), kind == "maildir" || next == "maildir");
        }
    }
}

TEST(SampleMail, SurvivesAllPairsOfStores) {
    expect_survives_all_pairs("eml:" MBX_TEST_DATA "/mail");
}

class GeneratedMaildir : public testing::TestWithParam<const char*> {};

TEST_P(GeneratedMaildir, SurvivesAllPairsOfStores) {
    MBX_NEEDS_SHARED(test::shared_file("tools/make-maildir"));
    const test::TemporaryFolder folder;
    const std::string made = folder / "made";
    const std::string manifest = folder / "manifest";
    const std::string command = "python3 '" + test::shared_file("tools/make-maildir") +
                                "' --quiet --messages 300 --odd 0.05 --keywords --max-size 3M "
                                "--manifest '" +
                                manifest + "' --layout " + GetParam() + " '" + made + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;

    // What the generator says it has made.
    std::size_t listed = 0;
    std::size_t empty = 0;
    std::ifstream lines(manifest);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string field;
        std::getline(fields, field, '\t');
        std::getline(fields, field, '\t');
        std::getline(fields, field, '\t');
        ++listed;
        empty += field == "0" ? 1 : 0;
    }
    EXPECT_EQ(listed, 300U);
    OpenedStore store("maildir:" + made, OpenMode::Read);
    std::size_t errors = 0;
    std::size_t read = 0;
    std::uint64_t counted = 0;
    for (const auto& [path, messages] : snapshot_of(*store, &errors)) {
        read += messages.size();
        counted += store->message_count(path).value_or(0);
    }
    EXPECT_EQ(errors, 0U);
    EXPECT_EQ(read, listed);
    EXPECT_EQ(counted, listed);
    EXPECT_EQ(store.diagnostic_ids(), std::vector<std::string>(empty, "message-empty"));
    expect_survives_all_pairs("maildir:" + made);
}

INSTANTIATE_TEST_SUITE_P(CorpusLayouts, GeneratedMaildir, testing::Values("maildir++", "fs"),
                         [](const auto& which) {
                             return std::string(
                                 which.param == std::string("fs") ? "Nested" : "MaildirPlusPlus");
                         });

class RealMaildir : public testing::TestWithParam<const char*> {};

TEST_P(RealMaildir, SurvivesAllPairsOfStores) {
    const std::string path = test::shared_file(std::string("corpus/") + GetParam());
    MBX_NEEDS_SHARED(path);
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        const std::string parent = entry.path().parent_path().filename().string();
        files += entry.is_regular_file() && (parent == "cur" || parent == "new") ? 1 : 0;
    }
    OpenedStore store("maildir:" + path, OpenMode::Read);
    std::size_t read = 0;
    for (const auto& [folder, messages] : snapshot_of(*store)) {
        read += messages.size();
    }
    EXPECT_EQ(read, files);
    expect_survives_all_pairs("maildir:" + path);
}

INSTANTIATE_TEST_SUITE_P(Corpus, RealMaildir,
                         testing::Values("mu/testdir", "mu/testdir2", "mu/cjk", "notmuch/default",
                                         "notmuch/lkml", "notmuch/threading/parent-priority"),
                         [](const auto& which) {
                             std::string name = which.param;
                             std::erase_if(name, [](char c) { return c == '/' || c == '-'; });
                             return name;
                         });

TEST(CorpusMbox, EveryFileSurvivesAllPairsOfStores) {
    const std::string corpus = test::shared_file("corpus");
    MBX_NEEDS_SHARED(corpus);
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(corpus)) {
        if (entry.path().extension() == ".mbox" && entry.file_size() < 1024 * 1024) {
            SCOPED_TRACE(entry.path().string());
            ++files;
            std::ifstream file(entry.path(), std::ios::binary);
            std::string start(8, '\0');
            file.read(start.data(), 8);
            if (start.find("From ") == std::string::npos) {
                continue;  // some files named so hold a single message
            }
            expect_survives_all_pairs("mbox:" + entry.path().string());
        }
    }
    EXPECT_GT(files, 20U);
}

TEST(CorpusMbox, AListArchiveHasItsThousandMessages) {
    const std::string path = test::shared_file("corpus/linux-api-list/linux-api-list.mbox");
    MBX_NEEDS_SHARED(path);
    OpenedStore store("mbox:" + path, OpenMode::Read);
    EXPECT_EQ(store->message_count(mail::kInboxPath), 1000U);
    expect_survives_all_pairs("mbox:" + path);
}

}  // namespace
}  // namespace mbx::store
