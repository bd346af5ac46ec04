#include "store/mbox_store.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "mail_tree.hpp"
#include "mailbox_snapshot.hpp"

namespace mbx::store {
namespace {

namespace fs = std::filesystem;
using test::kPostmark;
using test::mbox_of;
using test::message_of;
using test::OpenedStore;
using test::put_file;
using test::snapshot_of;
using testing::ElementsAre;
using testing::IsEmpty;

/// Runs `work` in a process of its own that ends without cleaning up, as a killed one does.
template <typename Work>
void run_and_die(Work work, pid_t* id = nullptr) {
    const pid_t child = ::fork();
    if (id != nullptr) {
        *id = child;
    }
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
}

/// An mbox with a message, to which a killed writer has appended "2" for good and "3" without a
/// flush(), but for its last five bytes.
class KilledMboxWriter : public testing::Test {
  protected:
    void SetUp() override {
        put_file(path_, mbox_of("1"));
        run_and_die([&] {
            OpenedStore store(url_, OpenMode::Write);
            const auto writer = store->writer(mail::kInboxPath);
            writer->append(message_of("Subject: 2\n\nbody\n"), 1);
            writer->flush();
            writer->append(message_of("Subject: 3\n\nFrom the body\n"), 2);
            fs::resize_file(path_, fs::file_size(path_) - 5);
            ::_exit(0);  // within the lives of writer and store
        });
        ASSERT_TRUE(fs::exists(record_));
    }

    std::vector<std::string> messages() {
        OpenedStore store(url_, OpenMode::Read);
        std::vector<std::string> texts;
        const auto mailbox = snapshot_of(*store);
        for (const auto& message : mailbox.at(mail::kInboxPath)) {
            texts.push_back(message.bytes);
        }
        return texts;
    }

    const test::TemporaryFolder folder_;
    const std::string path_ = folder_ / "f.mbox";
    const std::string record_ = folder_ / ".f.mbox.mbx";
    const std::string url_ = "mbox:" + path_;
};

TEST_F(KilledMboxWriter, LeavesNothingCutShortBehindForTheNext) {
    EXPECT_EQ(messages().size(), 3U);
    {
        OpenedStore store(url_, OpenMode::Write);
        EXPECT_THAT(store.diagnostic_ids(), ElementsAre("mbox-repaired"));
        EXPECT_EQ(store->message_count(mail::kInboxPath), 2U);
        const auto writer = store->writer(mail::kInboxPath);
        writer->append(message_of("Subject: 3\n\nFrom the body\n"), 1);
        writer->flush();
    }
    EXPECT_THAT(messages(), ElementsAre("Subject: 1\n\nbody\n", "Subject: 2\n\nbody\n",
                                        "Subject: 3\n\nFrom the body\n"));
    EXPECT_FALSE(fs::exists(record_));
}

TEST_F(KilledMboxWriter, IsRepairedInATreeToo) {
    fs::rename(path_, folder_ / "f");  // a tree's files need no ending
    put_file(folder_ / ".f.mbx", test::file_content(record_));
    OpenedStore store("mbox:" + folder_ / ".", OpenMode::Write);
    EXPECT_THAT(store.diagnostic_ids(), ElementsAre("mbox-repaired"));
    EXPECT_EQ(store->message_count({"f"}), 2U);
}

TEST_F(KilledMboxWriter, IsLeftAloneByAReader) {
    const std::string before = test::file_content(path_);
    EXPECT_EQ(messages().size(), 3U);
    EXPECT_EQ(test::file_content(path_), before);
    EXPECT_TRUE(fs::exists(record_));
}

TEST_F(KilledMboxWriter, LosesNothingThatOthersHaveAppendedSince) {
    const std::string cut = test::file_content(path_);
    for (const char* between : {"", "\n", "\n\n"}) {
        const std::string record = test::file_content(record_);
        const std::string content = cut + between + kPostmark + "Subject: new\n\nx\n";
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
        OpenedStore store(url_, OpenMode::Write);
        EXPECT_THAT(store.diagnostic_ids(), ElementsAre("mbox-cut-message"));
        EXPECT_EQ(test::file_content(path_), content);
        EXPECT_FALSE(fs::exists(record_));
        put_file(record_, record);
    }
}

TEST_F(KilledMboxWriter, IsForgottenWhenTheFileIsAnotherByNow) {
    const std::string content = mbox_of("1") + mbox_of("2") + mbox_of("3") + mbox_of("4");
    put_file(folder_ / "new", content);
    fs::rename(folder_ / "new", path_);
    OpenedStore store(url_, OpenMode::Write);
    EXPECT_THAT(store.diagnostics(), IsEmpty());
    EXPECT_EQ(test::file_content(path_), content);
    EXPECT_FALSE(fs::exists(record_));
}

TEST_F(KilledMboxWriter, IsForgottenWhenItsRecordIsDamaged) {
    const std::string content = test::file_content(path_);
    for (const char* damage : {"", "mbx-append", "mbx-append 1 2 3\n", "rubbish\n"}) {
        put_file(record_, damage);
        OpenedStore store(url_, OpenMode::Write);
        EXPECT_THAT(store.diagnostics(), IsEmpty());
        EXPECT_EQ(test::file_content(path_), content);
        EXPECT_FALSE(fs::exists(record_));
    }
}

TEST(MboxStore, LocksWhatItWrites) {
    const test::TemporaryFolder folder;
    put_file(folder / "f", mbox_of("1"));
    OpenedStore store("mbox:" + folder / "f", OpenMode::Write);
    {
        const auto writer = store->writer(mail::kInboxPath);
        EXPECT_EQ(test::file_content(folder / "f.lock"), std::to_string(::getpid()) + "\n");
        const base::File other = base::File::open_append(folder / "f");
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        EXPECT_EQ(::fcntl(other.descriptor(), F_OFD_SETLK, &lock), -1);
    }
    EXPECT_FALSE(fs::exists(folder / "f.lock"));
}

TEST(MboxStore, MakesNoLockFileThatDoesNotNameItsProcess) {
    const test::TemporaryFolder folder;
    put_file(folder / "f", mbox_of("1"));
    put_file(folder / ".f.lock.mbx-part", "");  // of a process that was killed right there
    OpenedStore store("mbox:" + folder / "f", OpenMode::Write);
    std::atomic<bool> done{false};
    std::thread locking([&] {
        while (!done) {
            store->writer(mail::kInboxPath);
        }
    });
    for (int seen = 0; seen < 100;) {
        std::ifstream lock(folder / "f.lock");
        std::string text;
        if (lock) {
            std::getline(lock, text);
            EXPECT_EQ(text, std::to_string(::getpid()));
            ++seen;
        }
    }
    done = true;
    locking.join();
    EXPECT_FALSE(fs::exists(folder / ".f.lock.mbx-part"));
}

TEST(MboxStore, RespectsTheLockOfAnother) {
    const test::TemporaryFolder folder;
    put_file(folder / "f.mbox", mbox_of("1"));
    put_file(folder / "f.mbox.lock", std::to_string(::getppid()));
    base::IgnoreDiagnostics diagnostics;
    base::StopFlag stop;
    const auto store = open_store(MailboxUrl::parse("mbox:" + folder / "f.mbox"), OpenMode::Write,
                                  {}, diagnostics, stop);
    stop.request();  // a wait that would take seconds
    try {
        store->writer(mail::kInboxPath);
        ADD_FAILURE() << "not locked";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::TryAgain);
    }
    EXPECT_TRUE(fs::exists(folder / "f.mbox.lock"));
}

TEST(MboxStore, RemovesTheLockOfADeadProcess) {
    const test::TemporaryFolder folder;
    pid_t child = -1;
    run_and_die([] {}, &child);
    put_file(folder / "f.mbox.lock", std::to_string(child) + "\n");
    OpenedStore store("mbox:" + folder / "f.mbox", OpenMode::Write);
    store->writer(mail::kInboxPath);
    EXPECT_FALSE(fs::exists(folder / "f.mbox.lock"));
}

}  // namespace
}  // namespace mbx::store
