#include "migration/list_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

class Lists : public ::testing::Test {
  protected:
    Lists() : path_(folder_ / "l.csv") { std::ofstream(path_) << "A,a,S,D\nB,b,S,D\nC,c,S,D\n"; }

    /// What a worker does to be able to claim.
    int open_claims() const {
        return ::open(lock_path(path_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    }
    std::string claim(int fd) const {
        const auto row = ListFile(path_).claim_next(fd);
        return row ? row->recipient.alias : "none";
    }
    std::string text() const { return base::read_file(path_, 1000); }

    test::TemporaryFolder folder_;
    std::string path_;
};

TEST_F(Lists, NextIsTheFirstPendingRow) {
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "a");
    ListFile(path_).set_result("a", "S", {Outcome::Success, "m", "t"});
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "b");
}

TEST_F(Lists, AWorkerGetsEveryRowOnce) {
    const int fd = open_claims();
    EXPECT_EQ(claim(fd), "a");
    EXPECT_EQ(claim(fd), "b");
    EXPECT_EQ(claim(fd), "c");
    EXPECT_EQ(claim(fd), "none");
    ::close(fd);
}

TEST_F(Lists, TwoWorkersShareTheRows) {
    const int one = open_claims();
    const int two = open_claims();
    EXPECT_EQ(claim(one), "a");
    EXPECT_EQ(claim(two), "b");
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "c");
    ::close(one);
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "a") << "its worker has gone";
    ::close(two);
}

TEST_F(Lists, AClaimLastsAsLongAsWhatTheWorkerHasStarted) {
    const int fd = open_claims();
    EXPECT_EQ(claim(fd), "a");
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    ::close(fd);
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "b") << "the child still works on a";
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(ListFile(path_).next()->recipient.alias, "a");
}

TEST_F(Lists, AClaimNeedsTheLockFile) {
    const int other = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    const int read_only = ::open(lock_path(path_).c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
    for (const int fd : {other, read_only, 999}) {
        try {
            claim(fd);
            ADD_FAILURE() << fd;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Usage);
        }
    }
    ::close(other);
    ::close(read_only);
}

TEST_F(Lists, AResultIsOnDisk) {
    ListFile(path_).set_result("b", "S", {Outcome::Failure, "m", "t"});
    EXPECT_EQ(text(), "A,a,S,D\r\nFAILURE,B,b,S,D,m,t\r\nC,c,S,D\r\n");
    EXPECT_FALSE(std::filesystem::exists(path_ + ".part"));
}

TEST_F(Lists, AResultLeavesLinkAndModeAsTheyWere) {
    ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
    std::filesystem::create_symlink(path_, folder_ / "link.csv");
    ListFile(folder_ / "link.csv").set_result("a", "S", {Outcome::Success, "m", "t"});
    EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link.csv"));
    EXPECT_EQ(text().substr(0, 7), "SUCCESS");
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST_F(Lists, ManyWorkersWriteAtOnceAndLoseNothing) {
    std::string many;
    for (int i = 0; i < 60; ++i) {
        many += "N,r" + std::to_string(i) + ",S,D\r\n";
    }
    std::ofstream(path_, std::ios::trunc) << many;
    std::vector<pid_t> workers;
    for (int worker = 0; worker < 4; ++worker) {
        workers.push_back(::fork());
        if (workers.back() == 0) {
            const int fd = open_claims();
            while (const auto row = ListFile(path_).claim_next(fd)) {
                ListFile(path_).set_result(row->recipient.alias, "S",
                                           {Outcome::Success, std::to_string(worker), "t"});
            }
            ::_exit(0);
        }
    }
    for (const pid_t worker : workers) {
        int status = 1;
        ::waitpid(worker, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(RecipientList::read(path_).totals().succeeded, 60U);
}

TEST_F(Lists, ThatAreNotThereGetNoLockFile) {
    EXPECT_THROW(ListFile(folder_ / "none.csv"), Error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "none.csv.lock"));
}

}  // namespace
}  // namespace mbx::migration
